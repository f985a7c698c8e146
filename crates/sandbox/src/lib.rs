//! A gateway that speaks WeChat Pay v3 with its own keys, for the demo and the tests.
