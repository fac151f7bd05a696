//===- Report.h - What a run tells its user ---------------------------------------===//
//
// Rank 0 prints a banner before the first step, then one line a step, and writes the same figures to the metrics file.
//
//===------------------------------------------------------------------------===//
#ifndef SHARDRT_LIB_JOB_REPORT_H
#define SHARDRT_LIB_JOB_REPORT_H

#include "files/Output.h"
#include "program/Manifest.h"

#include <memory>

namespace shardrt {

/// The settings of a run, beside those of the program.
struct RunSettings {
  std::string program, tokens, start; ///< `start`: `seed 7` or `weights FOLDER`
  std::string ranks;                  ///< `threads of this process`, or who started the processes
  int64_t tokenCount, threads, blasThreads, steps;
  int64_t libraryBytes;    ///< what the process held before the first arena
  std::string device = ""; ///< what Device::describe returns
  std::string remark = ""; ///< what a reader should know of the inputs
};

/// The figures of one step. Times are in seconds.
struct StepFigures {
  int64_t step;
  double loss, gradNorm, learningRate;
  double stepSeconds;
};

/// Returns the text of the banner, which ends with an empty line.
std::string formatBanner(const Manifest &manifest, const RunSettings &settings);

class Report {
public:
  /// Opens the metrics file where `metrics` names one; `direct` is false where a launcher passes the lines on, from a
  /// terminal that nobody reads. Throws Error (Disk).
  Report(const Manifest &manifest, const std::string &metrics, bool direct);

  /// Prints the banner. Throws Error (Disk).
  void begin(const RunSettings &settings);
  /// Writes one line to the terminal and one to the metrics. Allocates nothing. Throws Error (Disk).
  void step(const StepFigures &figures);
  /// Says what was saved. Throws Error (Disk).
  void saved(const std::string &what, double seconds);
  /// Says that `signal` stopped the run, and after which step. Throws Error (Disk).
  void stopped(int signal);

private:
  const Manifest &manifest;
  Output terminal;
  std::unique_ptr<Output> metrics;
  const bool colour;
  int64_t steps = 0;
  int64_t stepsDone = 0;
  double secondsAfterFirst = 0; ///< of the steps after the first, which warms up
  int64_t stepsAfterFirst = 0;

  void writeMetrics(const StepFigures &figures, double tokensPerSecond);
};

} // namespace shardrt
#endif
