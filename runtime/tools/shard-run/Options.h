//===- Options.h - The command line of shard-run ------------------------------------===//
#ifndef SHARDRT_TOOLS_SHARDRUN_OPTIONS_H
#define SHARDRT_TOOLS_SHARDRUN_OPTIONS_H

#include "job/Job.h"

namespace shardrt {

/// Returns what the command line asks for; nothing where that was the help, which is then printed. Throws Error
/// (Usage).
std::optional<JobOptions> parseOptions(int argc, char **argv);

} // namespace shardrt
#endif
