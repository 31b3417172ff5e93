"""Attacks that succeed today, with what others notice. Strict: a repair must remove the line."""

EXPECTED_FAILURES = {}

# Attacks that succeed in some runs only. These may pass.
VARYING = {
    "test_tail_of_an_embedded_log": "equal seeks are not shared: deliveries wait up to 1.3 s",
    "test_tail_of_a_kafka_topic": "equal seeks are not shared: 28 MiB are kept",
    "test_logs_of_a_kafka_template": "the memory of 10,000 names whose topics are looked up: 65 MiB over the limit",
}
