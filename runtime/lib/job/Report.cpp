//===- Report.cpp - What a run tells its user -------------------------------------===//

#include "job/Report.h"
#include "job/Host.h"
#include "program/Error.h"

#include <array>
#include <cstring>

using namespace shardrt;

/// Tokens of one step over all ranks and micro batches.
static double tokensPerStep(const Train &train) {
  return static_cast<double>(train.globalBatch) * static_cast<double>(train.sequenceLength) *
         static_cast<double>(train.accumulation);
}

static std::string describeMemory(const Manifest &manifest, int64_t libraryBytes) {
  std::string text =
      fmt::format("  {:<16}{} (lower bound {}), beside {} of libraries for all\n", "memory a rank",
                  formatBytes(manifest.arenaBytes), formatBytes(manifest.lowerBound), formatBytes(libraryBytes));
  for (const MemoryKind &kind : manifest.memory)
    text += fmt::format("    {:<14}{}\n", kind.kind, formatBytes(kind.bytes));
  return text;
}

static std::string describeCommunication(const Manifest &manifest) {
  int64_t bytes = 0, calls = 0;
  for (const CollectiveSummary &summary : manifest.collectives) {
    bytes += summary.bytes;
    calls += summary.count;
  }
  std::string text =
      fmt::format("  {:<16}{} a rank and step in {} calls\n", "communication", formatBytes(bytes), calls);
  for (const CollectiveSummary &summary : manifest.collectives)
    text += fmt::format("    {:<14}{:>6} x  {:>10}  {}: {}\n", summary.kind, summary.count, formatBytes(summary.bytes),
                        fmt::join(manifest.groups[static_cast<size_t>(summary.group)], " x "), summary.cause);
  return text;
}

std::string shardrt::formatBanner(const Manifest &manifest, const RunSettings &settings) {
  const Train &train = manifest.train;
  auto line = [](const char *name, const std::string &text) { return fmt::format("  {:<16}{}\n", name, text); };
  std::string text = fmt::format("{}: {}\n", settings.program, manifest.name);
  text += line("program", fmt::format("{}{}, {} ({}), digest {}", manifest.dtype == SHARDRT_F64 ? "float64" : "float32",
                                      manifest.computeDtype == SHARDRT_BF16 ? " computed in bfloat16" : "",
                                      manifest.targetKind, manifest.cpu, manifest.digest));
  text += line("mesh", manifest.mesh.describe());
  text += line("ranks", fmt::format("{}, {}", manifest.mesh.size(), settings.ranks));
  if (!settings.device.empty())
    text += line("device", settings.device);
  text += line("threads", fmt::format("{} a rank, OpenBLAS {}", settings.threads, settings.blasThreads));
  text += line("tokens", fmt::format("{}: {} tokens", settings.tokens, settings.tokenCount));
  text += line("start", settings.start);
  if (!settings.remark.empty())
    text += line("remark", settings.remark);
  text += line("steps", fmt::format("{} of {}, each {} x {} samples of {} tokens", settings.steps, train.steps,
                                    train.accumulation, train.globalBatch, train.sequenceLength));
  text += line("learning rate", fmt::format("{:g} to {:g}, warm-up {} steps", train.learningRate, train.minLearningRate,
                                            train.warmupSteps));
  return text + describeMemory(manifest, settings.libraryBytes) + describeCommunication(manifest) + "\n";
}

Report::Report(const Manifest &manifest, const std::string &path, bool direct)
    : manifest(manifest), metrics(path.empty() ? nullptr : std::make_unique<Output>(path)),
      colour(direct && terminal.wantsColour()) {}

void Report::begin(const RunSettings &settings) {
  steps = settings.steps;
  terminal.write(formatBanner(manifest, settings));
}

void Report::saved(const std::string &what, double seconds) {
  terminal.write(fmt::format("saved {} in {:.1f} s\n", what, seconds));
}

void Report::stopped(int signal) {
  std::string when = stepsDone == 0 ? "before the first step" : fmt::format("after step {}", stepsDone - 1);
  terminal.write(fmt::format("stopped on signal {} ({}) {}\n", signal, sigabbrev_np(signal), when));
}

void Report::step(const StepFigures &figures) {
  stepsDone = figures.step + 1;
  if (figures.step > 0) {
    secondsAfterFirst += figures.stepSeconds;
    ++stepsAfterFirst;
  }
  double average = stepsAfterFirst ? secondsAfterFirst / static_cast<double>(stepsAfterFirst) : figures.stepSeconds;
  // More seconds than an integer holds are those of more steps than anyone waits for.
  auto left = static_cast<int64_t>(std::min(average * static_cast<double>(steps - 1 - figures.step) + 0.5, 1e15));
  double tokensPerSecond = tokensPerStep(manifest.train) / figures.stepSeconds;
  std::array<char, 512> line;
  auto end =
      fmt::format_to_n(line.data(), line.size(),
                       "step {:>5}/{}  {}loss {:.6f}{}  grad norm {:.4f}  lr {:.3e}  {:.0f} tokens/s  memory {:.1f} "
                       "MiB  ETA {}:{:02}:{:02}\n",
                       figures.step, steps, colour ? "\033[1;32m" : "", figures.loss, colour ? "\033[0m" : "",
                       figures.gradNorm, figures.learningRate, tokensPerSecond,
                       static_cast<double>(residentMemory()) / (1 << 20), left / 3600, left / 60 % 60, left % 60);
  terminal.write({line.data(), static_cast<size_t>(end.out - line.data())});
  if (metrics)
    writeMetrics(figures, tokensPerSecond);
}

void Report::writeMetrics(const StepFigures &figures, double tokensPerSecond) {
  std::array<char, 512> line;
  auto end = fmt::format_to_n(
      line.data(), line.size(),
      "{{\"step\": {}, \"loss\": {:.17g}, \"grad_norm\": {:.17g}, \"lr\": {:.17g}, \"arena_bytes\": {}, "
      "\"tokens_per_second\": {:.17g}, \"step_seconds\": {:.17g}}}\n",
      figures.step, figures.loss, figures.gradNorm, figures.learningRate, manifest.arenaBytes, tokensPerSecond,
      figures.stepSeconds);
  metrics->write({line.data(), static_cast<size_t>(end.out - line.data())});
}
