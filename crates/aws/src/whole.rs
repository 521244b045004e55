//! An answer counts only if it came whole.
//!
//! The SDK takes XML that ends too early, or that stops making sense, for XML that ends there: `DescribeRouteTables` cut
//! short would be a VPC with fewer routes, and the routes behind the cut would stay on a dead member while the pass says
//! that there is nothing to do. HTTP sees to it that what was sent arrives; it does not see what a server or a proxy on
//! the way sends by mistake.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::AfterDeserializationInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use xmlparser::{ElementEnd, Token, Tokenizer};

/// Refuses answers that say "done", but are not well-formed XML.
#[derive(Debug)]
pub(crate) struct WholeAnswers;

impl Intercept for WholeAnswers {
    fn name(&self) -> &'static str {
        "WholeAnswers"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // An error is one whatever else it says.
        if context.output_or_error().is_ok() {
            let body = context.response().body().bytes().unwrap_or_default();
            check(std::str::from_utf8(body)?)?;
        }
        Ok(())
    }
}

/// Why an answer is not well-formed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWhole {
    #[error("the answer is cut short: <{0}> is not closed")]
    Cut(String),
    #[error("the answer is garbled: </{0}> closes what is not open")]
    Mismatch(String),
    #[error("the answer is no XML")]
    NoXml(#[from] xmlparser::Error),
}

/// Whether every element is closed, in order.
fn check(document: &str) -> Result<(), NotWhole> {
    let mut open = Vec::new();
    for token in Tokenizer::from(document) {
        match token? {
            Token::ElementStart { prefix, local, .. } => open.push((prefix.as_str(), local.as_str())),
            Token::ElementEnd { end: ElementEnd::Empty, .. } => drop(open.pop()),
            Token::ElementEnd { end: ElementEnd::Close(prefix, local), .. } => {
                let closed = (prefix.as_str(), local.as_str());
                open.pop_if(|opened| *opened == closed)
                    .ok_or_else(|| NotWhole::Mismatch(local.to_string()))?;
            }
            _ => {}
        }
    }
    match open.first() {
        Some((_, local)) => Err(NotWhole::Cut((*local).to_owned())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWER: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<R xmlns=\"http://ec2/\"><set><item><id>rtb-1</id>\
        <empty/></item><item><id>a &amp; b</id></item></set></R>\n";

    #[test]
    fn a_whole_answer_is_one() {
        check(ANSWER).unwrap();
    }

    #[test]
    fn wherever_an_answer_is_cut_it_is_not_whole() {
        let root = ANSWER.find("<R").unwrap();
        for end in root + 1..ANSWER.trim_end().len() {
            assert!(check(&ANSWER[..end]).is_err(), "{}", &ANSWER[..end]);
        }
    }

    #[test]
    fn an_answer_that_lost_one_tag_is_garbled() {
        let told = check(&ANSWER.replacen("</id>", "", 1)).unwrap_err().to_string();
        assert_eq!(told, "the answer is garbled: </item> closes what is not open");
    }
}
