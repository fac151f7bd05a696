//===- Profile.h - How long a program's tasks take on a GPU ------------------------===//
//
// Sections are captured once more for this, in two ways: with an event before and behind every task, which are nodes of
// the graph and so tell what a task takes in the section as it runs; and without the program's own kernels, so that
// what is left is the libraries' share. Sections compute nonsense then: a profile comes after training.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_CUDA_PROFILE_H
#define SHARDRT_LIB_CUDA_PROFILE_H

#include "cuda/RankDevice.h"

namespace shardrt::cuda {

/// A task of a section: what it calls (a kernel's name, or a library call and its sizes), and how long it takes.
struct TaskProfile {
  std::string what;
  std::string stream;
  bool isLibrary;
  double microseconds; ///< median
};

/// A section: the medians of its graph's time, of the time of the libraries' calls alone, and of the host's for a
/// launch.
struct SectionProfile {
  std::string name;
  int64_t repeat;
  double microseconds, libraryMicroseconds, hostMicroseconds;
  std::vector<TaskProfile> tasks;
};

struct Profile {
  double copyBytesPerSecond; ///< bytes read and written by copies within the GPU's memory
  std::vector<SectionProfile> sections;
};

/// Profiles all sections of `program` as `rank`; all ranks of the process call this together. Throws Error.
Profile profile(SharedGpu &shared, RankDevice &device, shardrt_rank &rank, const Program &program);

/// Writes a profile to `path` as JSON, docs/manifest.md says which. Throws Error (Disk).
void writeProfile(const Profile &profile, const std::string &device, const std::string &path);

} // namespace shardrt::cuda
#endif
