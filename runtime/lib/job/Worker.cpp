//===- Worker.cpp - One rank's life -------------------------------------------------===//

#include "job/Worker.h"
#include "job/Initialise.h"
#include "job/Schedule.h"
#include "program/Error.h"
#include "program/Range.h"

#include <chrono>
#include <cmath>
#include <dlfcn.h>

using namespace shardrt;

/// Tells a counter of allocations, where the process was started with one, that the steps begin and end.
static void markSteps(int32_t inSteps) {
  if (void *hook = dlsym(RTLD_DEFAULT, "shardrt_count_allocations"))
    reinterpret_cast<void (*)(int32_t)>(hook)(inSteps);
}

Worker::Worker(const JobInputs &inputs, shardrt_rank &rank, Report *report)
    : inputs(inputs), manifest(inputs.program.getManifest()), rank(rank), report(report),
      agreement(*rank.world, rank.progress), gather(rank, manifest),
      batchRank(manifest.mesh.position(rank.index, manifest.batchAxes)) {
  auto elements = static_cast<size_t>(manifest.localBatch() * manifest.train.sequenceLength);
  for (std::vector<int32_t> *buffer : {&tokens, &targets, &positions})
    buffer->resize(elements);
  for (size_t i = 0; i < elements; ++i)
    positions[i] = static_cast<int32_t>(i % static_cast<size_t>(manifest.train.sequenceLength));
}

Outcome Worker::run() {
  try {
    return live();
  } catch (const Error &) {
    throw;
  } catch (const std::exception &error) {
    failWith(error.what());
  } catch (...) {
    failWith("an exception of unknown type");
  }
}

void Worker::failWith(const char *why) const {
  std::string where = step < 0 ? "before the first step" : fmt::format("at step {}", step);
  fail(Exit::PeerLost, "rank {} failed {}: {}", rank.index, where, why);
}

Outcome Worker::live() {
  if (!agreement.shakeHands(inputs.facts))
    return Outcome::PeerLost;
  load();
  signal = agreement.maximum(inputs.stopSignal.load());
  markSteps(1);
  for (step = 0; step < inputs.steps && signal == 0; ++step) {
    if (!runStep())
      return Outcome::PeerLost;
    signal = agreement.maximum(inputs.stopSignal.load());
  }
  markSteps(0);
  if (signal >= 0 && inputs.save && !save())
    return Outcome::PeerLost;
  if (signal == 0 && !inputs.profile.empty())
    profile();
  return signal < 0 ? Outcome::PeerLost : signal > 0 ? Outcome::Stopped : Outcome::Done;
}

void Worker::load() {
  rank.arena = rank.device.allocate(manifest.arenaBytes);
  rank.arenaBytes = manifest.arenaBytes;
  if (inputs.weights)
    inputs.weights->load(rank.index, rank.device, rank.arena, rank.progress);
  else
    initialise(manifest, inputs.seed, rank.index, inputs.threads, rank.device, rank.arena, rank.progress);
}

bool Worker::save() {
  auto start = std::chrono::steady_clock::now();
  rank.progress.excuse(true);
  bool saved = inputs.save->run(rank, gather);
  rank.progress.excuse(false);
  if (!saved)
    return false;
  if (report)
    report->saved(inputs.save->describe(),
                  std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  return true;
}

/// Excused from the watchdog, as it may take long.
void Worker::profile() {
  rank.progress.excuse(true);
  inputs.platform.profile(inputs.program, rank, report ? inputs.profile : "");
  rank.progress.excuse(false);
}

bool Worker::runStep() {
  auto start = std::chrono::steady_clock::now();
  char name[32];
  snprintf(name, sizeof name, "step %ld", static_cast<long>(step));
  Range range(name);
  rank.progress.beginStep(step);
  writeScalars();
  int64_t microBatch = 0;
  for (size_t entry = 0; entry < manifest.step.size(); ++entry)
    for (int64_t i = 0; i < manifest.step[entry].repeat; ++i) {
      if (manifest.step[entry].section != "update")
        loadBatch(microBatch++);
      if (!runSection(entry))
        return false;
    }
  reportStep(start);
  return true;
}

bool Worker::runSection(size_t entry) {
  Range range(manifest.step[entry].section.c_str());
  int32_t status = rank.device.run(inputs.program.getSections()[entry], rank);
  if (rank.mismatched)
    fail(Exit::Disagree, "step {}: {}", step, rank.mismatched->explainMismatch());
  if (status == static_cast<int32_t>(CollectiveStatus::PeerLost))
    return false;
  if (status != 0)
    throw std::runtime_error(fmt::format("section \"{}\" returned {}", manifest.step[entry].section, status));
  return true;
}

void Worker::loadBatch(int64_t microBatch) {
  const Train &train = manifest.train;
  int64_t samples = manifest.localBatch(), length = train.sequenceLength;
  int64_t first = (step * train.accumulation + microBatch) * train.globalBatch + batchRank * samples;
  for (int64_t i = 0; i < samples; ++i)
    inputs.tokens.readSample(first + i, tokens.data() + i * length, targets.data() + i * length);
  auto fill = [&](const std::optional<Input> &input, const std::vector<int32_t> &values) {
    if (input)
      rank.device.store(rank.arena + input->offset, values.data(),
                        static_cast<int64_t>(values.size() * sizeof(int32_t)));
  };
  fill(manifest.tokens, tokens);
  fill(manifest.targets, targets);
  fill(manifest.positions, positions);
}

void Worker::writeScalars() {
  const Train &train = manifest.train;
  double labels = static_cast<double>(train.globalBatch * train.sequenceLength * train.accumulation);
  storeScalar(manifest.scalars.learningRate, learningRate(step, train));
  storeScalar(manifest.scalars.biasCorrection1, biasCorrection(step, train.beta1));
  storeScalar(manifest.scalars.biasCorrection2, biasCorrection(step, train.beta2));
  storeScalar(manifest.scalars.inverseLabelCount, 1 / labels);
}

/// A step ends when its figures are here: a GPU may be at work on it until then.
void Worker::reportStep(std::chrono::steady_clock::time_point start) {
  double loss = fetchScalar(manifest.scalars.loss), norm = fetchScalar(manifest.scalars.gradNorm);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!std::isfinite(loss) || !std::isfinite(norm))
    fail(Exit::NonFinite, "step {}: the {} is {}, expected a finite number: nothing after this step is to be trusted",
         step, std::isfinite(loss) ? "gradient norm" : "loss", std::isfinite(loss) ? norm : loss);
  if (report)
    report->step({step, loss, norm, learningRate(step, manifest.train), seconds});
}

void Worker::storeScalar(int64_t offset, double value) {
  auto rounded = static_cast<float>(value);
  bool wide = manifest.dtype == SHARDRT_F64;
  rank.device.store(rank.arena + offset, wide ? static_cast<const void *>(&value) : &rounded, manifest.elementSize());
}

double Worker::fetchScalar(int64_t offset) const {
  float narrow = 0;
  double wide = 0;
  if (manifest.dtype == SHARDRT_F64)
    rank.device.fetch(&wide, rank.arena + offset, sizeof wide);
  else
    rank.device.fetch(&narrow, rank.arena + offset, sizeof narrow);
  return manifest.dtype == SHARDRT_F64 ? wide : static_cast<double>(narrow);
}
