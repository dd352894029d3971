"""Every test guest of tests/guests is a test here."""
import re
import subprocess

import pytest
from conftest import BUILD, HYPERVISOR, ON_XEN, ROOT, SLOW

import header
import run


@pytest.fixture(scope="session")
def built():
    subprocess.run(["make", "-s", "-C", ROOT / "tests" / "guests", f"BUILD={BUILD}"], check=True)


@pytest.mark.parametrize("name", [pytest.param(name, marks=getattr(pytest.mark, header.read(name)["run"]["marks"]))
                                  for name in header.names()])
def test_guest(built, name):
    if ON_XEN and header.read(name)["domains"]:
        pytest.skip("Xen makes no further domains at boot")
    outcome = run.run_guest(name, HYPERVISOR, BUILD, ON_XEN, slow=SLOW)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"


@pytest.mark.full
@pytest.mark.parametrize("name", ["fuzz", "smp-fuzz"])
@pytest.mark.parametrize("seed", range(2, 12))
def test_fuzz_seed(built, seed, name):
    outcome = run.run_guest(name, HYPERVISOR, BUILD, ON_XEN, arguments=f"seed={seed}", slow=SLOW)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"


@pytest.mark.full
def test_a_million_random_calls_on_four_vcpus(built):
    outcome = run.run_guest("smp-fuzz", HYPERVISOR, BUILD, ON_XEN, arguments="seed=12 count=250000", slow=SLOW * 15)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"


@pytest.mark.full
@pytest.mark.skipif(ON_XEN, reason="Xen makes no further domains at boot")
def test_soak_of_ten_minutes(built):
    outcome = run.run_guest("soak", HYPERVISOR, BUILD, arguments="seconds=600", slow=SLOW * 6)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"


@pytest.mark.full
@pytest.mark.skipif(ON_XEN, reason="Xen has no such modules")
def test_swaps_on_16_cpus(built):
    outcome = run.run_guest("module-swap", HYPERVISOR, BUILD, slow=SLOW * 5, cpus=16)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"
    waited = [int(ns) for ns in re.findall(r"CPUs waited (\d+) ns at most", outcome.log.read_text())]
    assert len(waited) == 2 and max(waited) < 2 * 200000  # an instruction is 2 ns


@pytest.mark.full
@pytest.mark.skipif(ON_XEN, reason="Xen has no such modules")
@pytest.mark.parametrize("guest, words", [("module-swap", "swaps=1000"), ("module-load", "rounds=1000")])
def test_modules_a_thousand_times(built, guest, words):
    outcome = run.run_guest(guest, HYPERVISOR, BUILD, arguments=words, slow=SLOW * 5)
    assert outcome.good, f"{outcome.reason}; log {outcome.log}"
