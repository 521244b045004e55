//! hopover as it is deployed: the template that is shipped makes the stack, the packaged function runs in it, IAM is enforced.
//! Instances stop and start through the EC2 API; what a test looks at are the routes, the messages and the queue.

mod chain;
mod failures;
mod permissions;
mod stage;
mod sweep;
mod test_events;
mod update;
