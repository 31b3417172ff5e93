"""Ends the shared browser after the last test."""

import case


def pytest_sessionfinish():
    case.close_shared_browser()
