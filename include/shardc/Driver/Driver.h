//===- Driver.h - The compiler as a command ----------------------------------------------------===//
#ifndef SHARDC_DRIVER_DRIVER_H
#define SHARDC_DRIVER_DRIVER_H

namespace shardc {

/// What shardc's exit codes mean.
enum ExitCode { ExitDone = 0, ExitCompile = 1, ExitUsage = 2, ExitInput = 3, ExitDisk = 10 };

/// Runs shardc on a command line and returns its exit code.
int runDriver(int argc, char **argv);

} // namespace shardc

#endif // SHARDC_DRIVER_DRIVER_H
