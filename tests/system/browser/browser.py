"""One Chromium with an empty profile, driven by Selenium."""

import os
import shutil
import time

from selenium import webdriver
from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-crash-reporter",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
]

MOVED = (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    StaleElementReferenceException,
)


def missing():
    """Why no browser can be driven here; empty when one can."""
    for name in ("chromium", "chromedriver"):
        if not shutil.which(name):
            return name + " is not installed (apt-get install chromium chromium-driver)"
    return ""


class Browser:
    """Owns its chromedriver; close() ends both."""

    def __init__(self, width=1440, height=900, dark=False):
        options = Options()
        for flag in FLAGS + ["--window-size=%d,%d" % (width, height)]:
            options.add_argument(flag)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        options.binary_location = shutil.which("chromium")
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        try:
            self.size(width, height, dark)
        except BaseException:
            self.close()
            raise

    def devtools(self, command, **parameters):
        return self.driver.execute_cdp_cmd(command, parameters)

    def size(self, width, height, dark=False):
        self.devtools(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=width < 600,
        )
        self.devtools(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def open(self, url):
        self.driver.get(url)

    def window(self):
        return self.driver.current_window_handle

    def new_window(self):
        """Opens a tab and selects it. Returns its handle."""
        self.driver.switch_to.new_window("tab")
        return self.window()

    def switch_to(self, handle):
        self.driver.switch_to.window(handle)

    def close_window(self, handle, then):
        self.switch_to(handle)
        self.driver.close()
        self.switch_to(then)

    def reload(self):
        self.driver.refresh()

    def js(self, script, *arguments):
        """Runs `script` as the body of a function with `arguments`. Returns its result."""
        return self.driver.execute_script(script, *arguments)

    def element(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector):
        """Clicks as a person does: again when the page moved or redrew the element meanwhile."""
        deadline = time.monotonic() + 5
        while True:
            try:
                return self.element(selector).click()
            except MOVED as error:
                if time.monotonic() > deadline:
                    raise AssertionError("cannot click %s: %s" % (selector, error.msg)) from None
            time.sleep(0.05)

    def type(self, selector, text):
        """Replaces the text of a field, key by key."""
        element = self.element(selector)
        element.clear()
        element.send_keys(text)

    def keys(self, selector, text):
        self.element(selector).send_keys(text)

    def choose(self, selector, value):
        self.js(
            "const s = document.querySelector(arguments[0]); s.value = arguments[1];"
            "s.dispatchEvent(new Event('change', {bubbles: true}))",
            selector,
            value,
        )

    def text(self, selector):
        return self.js("return document.querySelector(arguments[0])?.textContent ?? null", selector)

    def console_errors(self):
        """Errors on the browser's console since the last call, as texts."""
        log = self.driver.get_log("browser")
        return [entry["message"] for entry in log if entry["level"] == "SEVERE"]

    def screenshot(self, path):
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        self.driver.get_screenshot_as_file(path)

    @staticmethod
    def wait(condition, seconds, what):
        """The first truthy result of `condition`; AssertionError after so many seconds."""
        deadline = time.monotonic() + seconds
        while True:
            result = condition()
            if result:
                return result
            if time.monotonic() > deadline:
                raise AssertionError("timed out after %s s: %s" % (seconds, what))
            time.sleep(0.05)

    def close(self):
        self.driver.quit()
