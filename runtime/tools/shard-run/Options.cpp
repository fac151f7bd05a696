//===- Options.cpp - The command line of shard-run ----------------------------------===//

#include "Options.h"

#include <CLI/CLI.hpp>
#include <charconv>
#include <limits>

using namespace shardrt;

static constexpr const char *exitCodes = R"(Exit codes:
  0 done; 2 usage; 3 bad input file; 5 ranks disagree; 6 a rank failed, died or is stuck; 7 non-finite loss; 8 will not fit;
  9 device missing; 10 output cannot be written; 75 stopped on a signal)";

static constexpr int64_t mostThreads = 4096;
static constexpr double mostSeconds = 1e9; // more than clocks can add to the present

/// Returns the number that all of `text` is, or nothing. CLI11 itself takes 2^64 and -1 for the greatest number there
/// is.
template <typename T> static std::optional<T> parseNumber(const std::string &text) {
  T number{};
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && stop == end ? std::optional<T>(number) : std::nullopt;
}

/// Adds an option that takes a decimal integer from `least` to `most`.
template <typename T>
static void addInteger(CLI::App &app, const char *name, std::optional<T> &value, T least, T most, const char *help) {
  auto parse = [=, &value](const std::string &text) {
    value = parseNumber<T>(text);
    if (!value || *value < least || *value > most)
      fail(Exit::Usage, "{}: must be an integer from {} to {}, got \"{}\"", name, least, most, text);
  };
  app.add_option_function<std::string>(name, parse, help)->type_name("INT");
}

/// Adds an option that takes a positive number of seconds.
static void addSeconds(CLI::App &app, const char *name, std::optional<double> &value, const char *help) {
  auto parse = [=, &value](const std::string &text) {
    value = parseNumber<double>(text);
    if (!value || !(*value > 0 && *value <= mostSeconds))
      fail(Exit::Usage, "{}: must be a positive number of seconds, at most {:g}, got \"{}\"", name, mostSeconds, text);
  };
  app.add_option_function<std::string>(name, parse, help)->type_name("SECONDS");
}

static void addInputs(CLI::App &app, JobOptions &options) {
  app.add_option("PROGRAM", options.program, "program file")->required();
  app.add_option("--tokens", options.tokens,
                 "llm.c's .bin, raw16:FILE or raw32:FILE for little-endian tokens without a header, or text:FILE for "
                 "bytes as tokens")
      ->required();
  app.add_option("--weights", options.weights, "folder with model.safetensors or model.safetensors.index.json");
  app.add_flag("--allow-config-mismatch", options.allowConfigMismatch,
               "take weights whose config.json says another model than the program was compiled for");
  addInteger<uint64_t>(app, "--seed", options.seed, 0, std::numeric_limits<uint64_t>::max(),
                       "start from random weights; the same on every mesh");
}

static void addRun(CLI::App &app, JobOptions &options) {
  constexpr int64_t most = std::numeric_limits<int64_t>::max();
  addInteger<int64_t>(app, "--ranks", options.ranks, 1, most, "number of ranks; must be the program's");
  addInteger<int64_t>(app, "--steps", options.steps, 0, most, "stop after this many steps; default train.steps");
  addInteger<int64_t>(app, "--threads", options.threads, 1, mostThreads, "threads per rank; default cores over ranks");
  app.add_option("--communicator", options.communicator,
                 "what connects ranks on GPUs: local for threads that share one, nccl for processes; default as they "
                 "were started")
      ->check(CLI::IsMember({"local", "nccl"}));
  addSeconds(
      app, "--watchdog", options.watchdog,
      "seconds after which a rank that does not come to a collective ends the run; default the greater of 30 and "
      "ten median steps");
}

static void addOutputs(CLI::App &app, JobOptions &options) {
  app.add_option("--metrics", options.metrics, "write one JSON object a step to this file");
  app.add_option("--save", options.save,
                 "write the weights to this folder at the end, as Hugging Face has them, in float32");
  app.add_option("--profile", options.profile, "after training, time the tasks on the GPU and write JSON to this file");
}

std::optional<JobOptions> shardrt::parseOptions(int argc, char **argv) {
  JobOptions options;
  CLI::App app("Runs a sharded training program that shardc has compiled.", "shard-run");
  app.footer(exitCodes);
  addInputs(app, options);
  addRun(app, options);
  addOutputs(app, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    fmt::print("{}", app.help());
    return std::nullopt;
  } catch (const CLI::ParseError &error) {
    fail(Exit::Usage, "{}", error.what());
  }
  if (options.weights.has_value() == options.seed.has_value())
    fail(Exit::Usage, "one of --weights FOLDER and --seed N must be given, got {}", options.seed ? "both" : "neither");
  return options;
}
