"""A Slurm cluster of one node for a test: real daemons, nothing of the system's touched.

    with Cluster() as cluster:
        job = cluster.submit("--wrap", "true")
        cluster.wait(job)

munged, slurmctld and slurmd of Debian's packages run as the present user, listen on 127.0.0.1
only, and keep configuration, key, state and logs in one temporary folder. They and all jobs end
with the block, and also when the test is killed (see keeper.py).
"""

import json
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
import time

NEEDED = {"munged": "munge", "slurmctld": "slurmctld", "slurmd": "slurmd", "sbatch": "slurm-client",
          "scancel": "slurm-client", "scontrol": "slurm-client", "squeue": "slurm-client"}
SEARCHED = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
KEEPER = pathlib.Path(__file__).resolve().parent / "keeper.py"
STARTING = 60  # seconds that a start may take on a busy machine
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY", "DEADLINE"}

# proctrack/linuxproc and task/none need no cgroups; without accounting there is no database, so
# slurmctld remembers ended jobs for MinJobAge. The scheduler looks at the queue at every event.
# config_overrides: a machine with fewer processors runs the test too.
CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmdParameters=config_overrides
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PlugStackConfig={folder}/plugstack.conf
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0
ReturnToService=2
SlurmdTimeout=300
InactiveLimit=0
KillWait=2
MinJobAge=3600
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=256 State=UNKNOWN
PartitionName=all Nodes=node Default=YES MaxTime=INFINITE State=UP
"""


class ClusterError(Exception):
    """The cluster did not do what a cluster does; the message ends with its logs."""


def obstacle():
    """Why no cluster can run here, in one line; None when it can."""
    absent = sorted({package for name, package in NEEDED.items() if not find(name)})
    if absent:
        return "no Slurm here; Debian's packages are " + " ".join(absent)
    try:
        free_ports(1)
    except OSError as error:
        return f"cannot listen on 127.0.0.1: {error}"
    return None


def find(name):
    return shutil.which(name, path=SEARCHED)


def free_ports(count):
    """Ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class Cluster:
    """Starts on entering, ends on leaving the block."""

    def __init__(self, cpus=2):
        self.cpus = cpus
        self.folder = None
        self.keeper = None

    def __enter__(self):
        # Short: the path of a socket has at most 107 characters.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="slurm-"))
        try:
            self._configure()
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if self.keeper:
            self.keeper.stdin.close()
            self.keeper.wait()  # it removes the folder
        else:
            shutil.rmtree(self.folder)

    @property
    def environment(self):
        """What sbatch and its like find this cluster by."""
        own = {k: v for k, v in os.environ.items() if not k.startswith(("SLURM_", "SBATCH_"))}
        return dict(own, SLURM_CONF=str(self.folder / "slurm.conf"), PATH=SEARCHED)

    def run(self, *command, cwd=None, status=0, env=None):
        """A command that speaks to this cluster; what it printed."""
        done = subprocess.run([*map(str, command)], env=dict(self.environment, **(env or {})), cwd=cwd,
                              capture_output=True, text=True, check=False, timeout=120)
        if done.returncode != status:
            raise self._error(f"{command[0]}: status {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def submit(self, *options, cwd=None):
        """The number of a job that sbatch was given; its output goes to files in `cwd`."""
        return int(self.run("sbatch", "--parsable", *options, cwd=cwd or self.folder))

    def cancel(self, job):
        """`job`: a number, or NUMBER_TASK of an array."""
        self.run("scancel", job)

    def states(self, job):
        """States by task of an array, or under None of a job that is none."""
        found = {}
        for line in self.run("scontrol", "--oneliner", "show", "job", job).splitlines():
            fields = dict(f.split("=", 1) for f in line.split() if "=" in f)
            for task in tasks_of(fields.get("ArrayTaskId")):
                found[task] = fields["JobState"]
        return found

    def wait(self, job, task=None, until=frozenset(ENDED), patience=300):
        """Waits for the states of a job (of one task of it) to be in `until`; returns them."""
        end = time.monotonic() + patience
        while True:
            states = self.states(job)
            awaited = states.values() if task is None else [states.get(task)]
            if all(s in until for s in awaited):
                return states
            if time.monotonic() > end:
                raise self._error(f"job {job} is {states}, expected {sorted(until)}")
            time.sleep(0.1)

    def _configure(self):
        controller_port, node_port = free_ports(2)
        host = socket.gethostname().split(".")[0]
        text = CONFIGURATION.format(folder=self.folder, host=host, cpus=self.cpus,
                                    user=pwd.getpwuid(os.getuid()).pw_name,
                                    controller_port=controller_port, node_port=node_port)
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "plugstack.conf").touch()
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        key = os.open(self.folder / "munge.key", os.O_WRONLY | os.O_CREAT, 0o600)
        os.write(key, os.urandom(128))
        os.close(key)

    def _daemons(self):
        munged = [f"--{name}-file={self.folder}/munge.{name.split('-')[0]}" for name in
                  ("key", "log", "pid", "seed")]
        configuration = str(self.folder / "slurm.conf")
        # --force: a temporary folder lies below one that all may write to.
        return [[find("munged"), "--foreground", "--force", f"--socket={self.folder}/munge.socket",
                 *munged],
                [find("slurmctld"), "-D", "-f", configuration],
                [find("slurmd"), "-D", "-f", configuration]]

    def _start(self):
        (self.folder / "daemons.json").write_text(json.dumps(self._daemons()))
        # pylint: disable-next=consider-using-with
        self.keeper = subprocess.Popen([sys.executable, KEEPER, self.folder], stdin=subprocess.PIPE,
                                       env=self.environment, start_new_session=True)
        end = time.monotonic() + STARTING
        while not self._ready():
            if (self.folder / "ended").exists():
                raise self._error("a daemon ended: " + (self.folder / "ended").read_text())
            if time.monotonic() > end:
                raise self._error(f"no idle node after {STARTING} seconds")
            time.sleep(0.1)

    def _ready(self):
        done = subprocess.run(["sinfo", "--noheader", "--format=%T"], env=self.environment,
                              capture_output=True, text=True, check=False)
        return done.stdout.strip() == "idle"

    def _error(self, what):
        logs = [*sorted(self.folder.glob("*.log")), *sorted(self.folder.glob("*d.out"))]
        tails = [f"--- {p.name}\n" + "\n".join(p.read_text(errors="replace").splitlines()[-15:])
                 for p in logs]
        return ClusterError("\n".join([what, *tails]))


def tasks_of(text):
    """Numbers that scontrol writes as 3, as 1-3 or 1,3 (waiting tasks share a record)."""
    if text is None:
        return [None]
    found = []
    for part in text.split("%")[0].split(","):
        first, _, last = part.partition("-")
        found += range(int(first), int(last or first) + 1)
    return found
