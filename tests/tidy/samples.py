"""What each check must find, and what it must leave alone: small trees, written to a temporary folder.

check name -> (the bad tree, a piece of the finding, the good tree). A tree is {path: text}; a path that ends
in `+x` is made executable.
"""

import os

HPP = "#pragma once\n"
COROUTINE = "tests/x.cpp"
DATABASE = "build/%s/compile_commands.json" % os.environ.get("SIDESTREAM_TEST_PRESET", "x")

LINT = "Checks: '-*,bugprone-use-after-move'\nWarningsAsErrors: '*'\n"
MOVED = "#include <string>\nunsigned long f(std::string a) {\n  std::string b = std::move(a);\n  return b.size() + %s;\n}\n"

SAMPLES = {
    "includes.check_layers": (
        {"sidecar/stream/a.cpp": '#include "sidecar/http/b.hpp"\n', "sidecar/http/b.hpp": HPP},
        "sidecar/stream may not include sidecar/http/b.hpp",
        {"sidecar/stream/a.cpp": '#include "connectors/record.hpp"\n', "connectors/record.hpp": HPP,
         "sidecar/app/m.cpp": '#include "connectors/kafka/k.hpp"\n', "connectors/kafka/k.hpp": HPP}),
    "includes.check_layers 2": (
        {"sidecar/base/a.cpp": '#include "b.hpp"\n', "sidecar/base/b.hpp": HPP}, "from the root",
        {"sidecar/app/a.cpp": '#include "sidecar/app/made.hpp"\n', "sidecar/app/made.hpp.in": HPP}),
    "includes.check_libraries": (
        {"sidecar/http/a.cpp": "#include <librdkafka/rdkafka.h>\n"}, "<librdkafka/rdkafka.h> does not belong",
        {"connectors/kafka/a.cpp": "#include <librdkafka/rdkafka.h>\n#include <sys/socket.h>\n#include <vector>\n",
         "tests/unit/b_test.cpp": "#include <gtest/gtest.h>\n"}),
    "includes.check_pragma_once": (
        {"sidecar/base/a.hpp": "// A.\nint a();\n"}, "no #pragma once",
        {"sidecar/base/a.hpp": "// A.\n#pragma once\n"}),
    "coroutines.check": (
        {COROUTINE: "A f() {\n  co_await g([p]() { return 1; });\n}\n"}, ":2: a capturing lambda",
        {COROUTINE: "A f() {\n  const Options o{1, \"[p]() {\"};\n  auto l = [p] { return 1; };\n  co_await g(o, l, a[i](1));\n"
                    "  co_await g([&]() { return 1; });\n  if (co_await h()) {\n    B b{1};\n  }\n  co_return C{1};\n}\n"}),
    "coroutines.check 2": (
        {COROUTINE: "A f() {\n  auto x = co_await g(Options{.size = 1});\n}\n"}, ":2: a braced temporary", {}),
    "coroutines.check 3": (
        {COROUTINE: "A f() {\n  if (co_await g({\"a\", \"b\"})) {\n  }\n}\n"}, ":2: a braced temporary", {}),
    "conventions.check_sleeps": (
        {"tests/unit/base/a_test.cpp": "void f() {\n  std::this_thread::sleep_for(1s);\n}\n"}, ":2: a unit test sleeps",
        {"tests/unit/base/a_test.cpp": "// sleep(1)\nvoid f() { asleep(); }\n"}),
    "conventions.check_words": (
        {"a.md": "one\nTO" "DO: two\n"}, "a.md:2", {"a.md": "todos\n"}),
    "conventions.check_machine_paths": (
        {"a.sh": "cd /wo" "rk/main\n"}, "a.sh:1", {"a.sh": "cd $HOME/work/main; cat /etc/hosts\n"}),
    "conventions.check_executable": (
        {"a.sh": "#!/bin/sh\n"}, "not executable", {"a.sh+x": "#!/bin/sh\n", "b": "text\n"}),
    "conventions.check_executable 2": (
        {"b+x": "text\n"}, "has no #! line", {}),
    "conventions.check_syntax": (
        {"a.sh": "if true; then\n"}, "a.sh", {"a.sh": "true\n", "b.py": "x = 1\n"}),
    "conventions.check_syntax 2": (
        {"b.py": "def f(:\n"}, "b.py:1", {}),
    "conventions.check_targets": (
        {"sidecar/base/a.cpp": "", DATABASE: "[]"}, "a.cpp: in no CMake target",
        {DATABASE: "[]"}),
    "formatting.check": (
        {"sidecar/base/a.cpp": "int  a;\n", ".clang-format": "BasedOnStyle: Google\n"}, "a.cpp:1: not formatted",
        {"sidecar/base/a.cpp": "int a;\n", ".clang-format": "BasedOnStyle: Google\n"}),
    "lint.check": (
        {"sidecar/base/a.cpp": MOVED % "a.size()", ".clang-tidy": LINT}, "bugprone-use-after-move",
        {"sidecar/base/a.cpp": MOVED % "b.size()", ".clang-tidy": LINT}),
}
