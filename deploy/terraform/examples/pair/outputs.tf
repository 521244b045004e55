output "next" {
  description = "What to do next, in this order."
  value = [
    module.hopover.step1_confirm_the_mail,
    module.hopover.step2_sweep,
    module.hopover.step3_test_events,
  ]
}
