# SPDX-License-Identifier: MIT
def pytest_configure(config):
    config.addinivalue_line("markers", "quick: run for each change")
    config.addinivalue_line("markers", "full: run before a release")
