//===- main.cpp - The command line of shard-run -------------------------------------===//

#include "job/Job.h"

#include <CLI/CLI.hpp>
#include <cmath>

using namespace shardrt;

static constexpr const char *exitCodes = R"(Exit codes:
  0 done; 2 usage; 3 bad input file; 5 ranks disagree; 6 a rank failed, died or is stuck; 7 non-finite loss; 8 will not fit;
  9 device missing; 10 output cannot be written; 75 stopped on a signal)";

/// Refuses values that make no sense, and what must not be left out.
static void checkOptions(const JobOptions &options) {
  if (options.watchdog && !(*options.watchdog > 0 && std::isfinite(*options.watchdog)))
    fail(Exit::Usage, "--watchdog: must be a positive number of seconds, got {}", *options.watchdog);
  if (options.weights.has_value() == options.seed.has_value())
    fail(Exit::Usage, "one of --weights FOLDER and --seed N must be given, got {}", options.seed ? "both" : "neither");
}

static Exit run(int argc, char **argv) {
  JobOptions options;
  CLI::App app("Runs a sharded training program that shardc has compiled.", "shard-run");
  app.footer(exitCodes);
  app.add_option("PROGRAM", options.program, "program file")->required();
  app.add_option("--tokens", options.tokens,
                 "llm.c's .bin, raw16:FILE or raw32:FILE for little-endian tokens without a header, or text:FILE for "
                 "bytes as tokens")
      ->required();
  app.add_option("--weights", options.weights, "folder with model.safetensors or model.safetensors.index.json");
  app.add_option("--seed", options.seed, "start from random weights; the same on every mesh");
  app.add_option("--ranks", options.ranks, "number of ranks; must be the program's")->check(CLI::PositiveNumber);
  app.add_option("--steps", options.steps, "stop after this many steps; default train.steps")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--metrics", options.metrics, "write one JSON object a step to this file");
  app.add_option("--threads", options.threads, "threads per rank; default cores over ranks")
      ->check(CLI::PositiveNumber);
  app.add_option("--save", options.save,
                 "write the weights to this folder at the end, as Hugging Face has them, in float32");
  app.add_option("--profile", options.profile, "after training, time the tasks on the GPU and write JSON to this file");
  app.add_option("--communicator", options.communicator,
                 "what connects ranks on GPUs: local for threads that share one, nccl for processes; default as they "
                 "were started")
      ->check(CLI::IsMember({"local", "nccl"}));
  app.add_option(
      "--watchdog", options.watchdog,
      "seconds after which a rank that does not come to a collective ends the run; default the greater of 30 and "
      "ten median steps");
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    fmt::print("{}", app.help());
    return Exit::Done;
  } catch (const CLI::ParseError &error) {
    fail(Exit::Usage, "{}", error.what());
  }
  checkOptions(options);
  return runJob(options);
}

int main(int argc, char **argv) {
  try {
    return static_cast<int>(run(argc, argv));
  } catch (const Error &error) {
    printError(error);
    return static_cast<int>(error.exit);
  }
}
