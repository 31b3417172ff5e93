"""Attacks that succeed today, with what others notice. Strict: a repair must remove the line."""

EXPECTED_FAILURES = {}

# Attacks that succeed in some runs only. These may pass.
VARYING = {
    "test_tail_of_an_embedded_log": "beside a build: deliveries wait longer than 250 ms in some runs",
    "test_tail_of_a_kafka_topic": "beside a build: deliveries wait longer than 250 ms in some runs",
    "test_logs_of_a_kafka_template": "14,000 names in 3 s, once source ports are free again: peaks of 80 to 103 MiB, most of it freed memory",
}
