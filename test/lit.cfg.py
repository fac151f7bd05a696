"""How the tests under this folder run: RUN lines in a shell of lit's own, our tools and LLVM's on the PATH."""

import importlib.util
import os
import shutil
import subprocess
import sys

import lit.formats

config.name = "shardc"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["golden", "lib", "Inputs"]
config.test_source_root = os.path.join(config.shardc_src_root, "test")

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.shardc_obj_root, "bin"), config.llvm_tools_dir, os.environ["PATH"]]
)
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input=fail"

config.substitutions.append(("%shardc-bin", os.path.join(config.shardc_obj_root, "bin")))
config.substitutions.append(("%shardc-obj", config.shardc_obj_root))
config.substitutions.append(("%golden", os.path.join(config.test_source_root, "golden")))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(
    ("%mlir_runner_utils", os.path.join(os.path.dirname(config.llvm_tools_dir), "lib", "libmlir_runner_utils.so"))
)
config.substitutions.append(("%stall-products", os.path.join(config.shardc_obj_root, "runtime", "test", "libstall-products.so")))
config.substitutions.append(("%run-exit", os.path.join(config.test_source_root, "run-exit")))
config.substitutions.append(("%examples", os.path.join(config.shardc_src_root, "examples")))

# What depends on the preset: traces of passes (without NDEBUG), and whether a warning is an error.
if config.build_type == "Debug":
    config.available_features.add("traces")
if config.warnings_are_errors == "ON":
    config.available_features.add("warnings-are-errors")

# NVIDIA's assembler, where there is a CUDA toolkit.
ptxas = shutil.which("ptxas") or shutil.which("ptxas", path=os.path.join(os.environ.get("CUDA_HOME", "/usr/local/cuda"), "bin"))
config.environment["CUDA_HOME"] = os.environ.get("CUDA_HOME", "/usr/local/cuda")
if ptxas:
    config.available_features.add("ptxas")
    config.substitutions.append(("%ptxas", ptxas))

# The driver and the libraries of a GPU that stand in for NVIDIA's, where the build had CUDA's headers.
gpu_stubs = os.path.join(config.shardc_obj_root, "runtime", "test", "stubs", "lib")
if os.path.exists(os.path.join(gpu_stubs, "libcuda.so.1")):
    config.available_features.add("gpu-stubs")
    config.substitutions.append(("%gpu-stubs", gpu_stubs))
    if os.path.exists(os.path.join(gpu_stubs, "libnccl.so.2")):
        config.available_features.add("nccl-stub")


def find_launcher(name):
    """The path of the launcher of one MPI, which Debian installs beside the other's; None where it is not there."""
    own, common = shutil.which(f"mpirun.{name}"), shutil.which("mpirun")
    if own or not common:
        return own
    version = subprocess.run([common, "--version"], capture_output=True, text=True).stdout
    return common if {"openmpi": "Open MPI", "mpich": "HYDRA"}[name] in version else None


# A machine may have fewer cores than a test has ranks, and a container's user is often root.
for name, options in (("openmpi", " --allow-run-as-root --oversubscribe"), ("mpich", "")):
    launcher = find_launcher(name)
    if launcher:
        config.available_features.add(name)
        config.substitutions.append((f"%{name}", launcher + options))

# Whether this machine lets a test make two hosts of itself.
if "openmpi" in config.available_features:
    two_hosts = os.path.join(config.test_source_root, "Execution", "mpi", "two-hosts.sh")
    tried = subprocess.run([two_hosts, "true"], capture_output=True, text=True)
    if tried.returncode == 0:
        config.available_features.add("two-hosts")
    else:
        lit_config.note(f"no test on two hosts: {tried.stderr.strip()}")

# PyTorch reads what --save writes, where Debian's python3-torch is installed; it is too large to ask for.
if all(map(importlib.util.find_spec, ("torch", "numpy"))):
    config.available_features.add("torch")
