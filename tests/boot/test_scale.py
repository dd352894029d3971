"""make bench-scale: what it says of a report, and that it sees what it must."""
import subprocess
import sys

import pytest
from conftest import BUILD, ON_XEN, ROOT

sys.path.insert(0, str(ROOT / "tools" / "bench" / "scale"))
import report  # noqa: E402

pytestmark = pytest.mark.quick
TWO_CPUS = "cpu 0 0 1 800 16 8\ncpu 0 1 1 800 16 8\n"
LINE = "line 0 1000 2 32 ffff808000001008 ffff808000200000 ffff808000001008 ffff808000200000\n"


def rows(*instructions_and_lines):
    return [report.Row(4 ** i, each, 0, 0, lines) for i, (each, lines) in enumerate(instructions_and_lines)]


def test_row():
    assert report.row(report.Report(TWO_CPUS + LINE + "end\n"), 0, 2, 8) == report.Row(2, 100, 2, 1, 1)


@pytest.mark.parametrize("text, why", [
    (TWO_CPUS, "no end"),
    ("cpu 0 0 2 800 16 8\nend\n", "2 times"),
    ("full 0\nend\n", "more lines"),
])
def test_refused(text, why):
    with pytest.raises(report.Unusable, match=why):
        report.Report(text)


def test_vcpus_on_one_cpu():
    with pytest.raises(report.Unusable, match="2 CPUs of 4"):
        report.row(report.Report(TWO_CPUS + "end\n"), 0, 4, 8)


def test_targets():
    assert report.misses(rows((1000, 0), (1000, 0), (1010, 0))) == []
    assert "1.02 times" in report.misses(rows((1000, 0), (1000, 0), (1020, 0)))[0]
    assert "1 lines" in report.misses(rows((1000, 0), (1000, 1), (1000, 0)))[0]
    assert "no instruction" in report.misses(rows((0, 0), (0, 0)))[0]


def test_control():
    plain = report.Row(4, 87, 0, 0, 0)
    assert report.sees_control(plain, plain._replace(atomics=1, lines=1))
    assert not report.sees_control(plain, plain)
    assert not report.sees_control(plain, plain._replace(lines=1))
    assert not report.sees_control(plain, plain._replace(atomics=1))


def scale(image, *more):
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)
    tool = ROOT / "tools" / "bench" / "scale" / "scale.py"
    argv = [sys.executable, tool, "--build", BUILD, "--hypervisor", BUILD / image]
    done = subprocess.run([*argv, "--cpus", "1,4", "--times", "64", *more], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.skipif(ON_XEN, reason="it needs the hypervisor's symbols")
def test_operations():
    code, text, errors = scale("safehype")
    assert code in (0, 1), errors
    assert "scale.control_seen: 1" in text
    # Grants of one domain share its table and flush its CPUs' TLBs (docs/handbook/scale.md).
    for name in ("xen_version", "event_send", "set_timer", "mmu_update", "yield"):
        assert f"MISSED {name}" not in text
        assert f"scale.{name}.4.shared_lines: 0" in text


@pytest.mark.skipif(ON_XEN, reason="it needs the hypervisor's symbols")
def test_domains():
    code, text, errors = scale("safehype", "--domains")
    assert code == 0, errors + text
    assert "6 operations: 0 missed" in text


@pytest.mark.skipif(ON_XEN, reason="it needs the hypervisor's symbols")
def test_shared_counter():
    code, text, errors = scale("safehype-scale-control")
    assert code == 1, errors
    for name in ("xen_version", "event_send", "set_timer", "mmu_update", "yield"):
        assert f"MISSED {name}: 1 lines written by several CPUs with 4 CPUs" in text
    assert "(scale_control)" in text
