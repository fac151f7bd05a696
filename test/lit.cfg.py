"""How the tests under this folder run: RUN lines in a shell of lit's own, our tools and LLVM's on the PATH."""

import os
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

config.substitutions.append(("%golden", os.path.join(config.test_source_root, "golden")))
config.substitutions.append(("%python", sys.executable))
config.substitutions.append(
    ("%mlir_runner_utils", os.path.join(os.path.dirname(config.llvm_tools_dir), "lib", "libmlir_runner_utils.so"))
)
config.substitutions.append(("%run-exit", os.path.join(config.test_source_root, "run-exit")))
config.substitutions.append(("%examples", os.path.join(config.shardc_src_root, "examples")))
