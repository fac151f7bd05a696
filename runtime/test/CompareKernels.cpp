//===- CompareKernels.cpp - The kernels of a program, on a GPU and on the CPU -------===//
//
// compare-kernels BASENAME...
//
// For each BASENAME.cpu.shard, BASENAME.cuda.shard and BASENAME.json that the compiler's kernel-programs has written:
// fills the arguments with random numbers, runs every kernel on the CPU and twice on the GPU, as the first and as the
// last rank of the program's mesh, and compares results; what else lies in the arena must stay as it was, and two runs
// must give the same bits. Prints the worst kernel of each program; exit code 1 where one is outside of its tolerance.
//
//===------------------------------------------------------------------------------===//

#include "comm/Local.h"
#include "program/Error.h"
#include "program/Json.h"
#include "program/Program.h"
#include "program/Rank.h"

#include <cmath>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

using namespace shardrt;

namespace {

/// Integers are positions, tokens and classes: below the least vocabulary and length of the golden models.
constexpr int32_t integerLimit = 32;
constexpr char poison = 0x5a;

struct Buffer {
  std::string element;
  int64_t elements, offset;

  int64_t elementSize() const { return element == "f64" ? 8 : element == "bf16" ? 2 : 4; }
  int64_t bytes() const { return elements * elementSize(); }
  /// The error that is allowed, relative to the number and to the greatest of its buffer: sums are taken in another
  /// order, and a number of fewer bits may be rounded to the other side.
  double tolerance() const { return element == "f64" ? 1e-12 : element == "bf16" ? 1.0 / 128 : 2e-5; }
};

struct Kernel {
  std::string name;
  std::vector<Buffer> arguments, results;
};

double toDouble(const char *at, const std::string &element) {
  if (element == "f64") {
    double value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  if (element == "i32") {
    int32_t value;
    std::memcpy(&value, at, sizeof value);
    return value;
  }
  uint32_t bits = 0;
  if (element == "bf16") {
    uint16_t high;
    std::memcpy(&high, at, sizeof high);
    bits = static_cast<uint32_t>(high) << 16;
  } else {
    std::memcpy(&bits, at, sizeof bits);
  }
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Numbers in [0.1, 1): roots and logarithms of them are numbers, and so are quotients.
void fillRandom(const Buffer &buffer, std::mt19937 &engine, char *memory) {
  std::uniform_real_distribution<double> real(0.1, 1.0);
  std::uniform_int_distribution<int32_t> integer(0, integerLimit - 1);
  for (int64_t i = 0; i < buffer.elements; ++i) {
    char *at = memory + buffer.offset + i * buffer.elementSize();
    if (buffer.element == "i32") {
      int32_t value = integer(engine);
      std::memcpy(at, &value, sizeof value);
    } else if (buffer.element == "f64") {
      double value = real(engine);
      std::memcpy(at, &value, sizeof value);
    } else {
      auto value = static_cast<float>(real(engine));
      uint32_t bits;
      std::memcpy(&bits, &value, sizeof bits);
      auto high = static_cast<uint16_t>(bits >> 16); // cut to bfloat16: any number will do
      buffer.element == "bf16" ? std::memcpy(at, &high, sizeof high) : std::memcpy(at, &bits, sizeof bits);
    }
  }
}

std::vector<Buffer> readBuffers(const JsonView &json) {
  std::vector<Buffer> buffers;
  for (const JsonView &buffer : json.array())
    buffers.push_back({buffer["element"].string(), buffer["elements"].integerFrom(0), buffer["offset"].integerFrom(0)});
  return buffers;
}

std::vector<Kernel> readKernels(const std::string &path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file)
    fail(Exit::BadInput, "cannot read {}", path);
  JsonDocument document(path, text.str());
  std::vector<Kernel> kernels;
  for (const JsonView &json : document.root().array())
    kernels.push_back({json["name"].string(), readBuffers(json["arguments"]), readBuffers(json["results"])});
  return kernels;
}

/// A program of one of the targets, ready to run as one rank of its mesh.
class Machine {
public:
  Machine(const Program &program, Device &device, int64_t index)
      : program(program), world(program.getManifest().mesh.size()),
        rank(createRank(index, program.getManifest(), device, {world, world}, progress)) {
    rank->arena = device.allocate(program.getManifest().arenaBytes);
    rank->arenaBytes = program.getManifest().arenaBytes;
  }

  /// Runs the section of a kernel on an arena of these bytes and leaves in them what it has made of them.
  void run(size_t section, std::vector<char> &bytes) {
    auto count = static_cast<int64_t>(bytes.size());
    rank->device.store(rank->arena, bytes.data(), count);
    if (int32_t status = rank->device.run(program.getSections()[section], *rank))
      fail(Exit::BadInput, "section \"{}\" returned {}", program.getManifest().step[section].section, status);
    rank->device.fetch(bytes.data(), rank->arena, count);
  }

private:
  const Program &program;
  Progress progress;
  LocalWorld world;
  std::unique_ptr<shardrt_rank> rank;
};

/// What was found of the kernels of one program.
struct Findings {
  double worst = 0; ///< error over tolerance
  std::string where;
  std::vector<std::string> faults;

  void note(double error, const std::string &place) {
    if (!(error <= worst)) {
      worst = error;
      where = place;
    }
  }
};

class Comparison {
public:
  explicit Comparison(const std::string &base)
      : cpuProgram(base + ".cpu.shard"), cudaProgram(base + ".cuda.shard"), kernels(readKernels(base + ".json")),
        cpu(createCpuPlatform()) {
    if (kernels.size() != cpuProgram.getSections().size() || kernels.size() != cudaProgram.getSections().size())
      fail(Exit::BadInput, "{}.json has {} kernels, the programs have {} and {} sections", base, kernels.size(),
           cpuProgram.getSections().size(), cudaProgram.getSections().size());
  }

  size_t countKernels() const { return kernels.size(); }
  const std::string &getDescription() const { return description; }
  int64_t countRanks() const { return cpuProgram.getManifest().mesh.size(); }

  /// What a GPU records of a section is one rank's, so each gets a platform of its own.
  void runAs(int64_t rank, Findings &findings) {
    std::unique_ptr<Platform> cuda = createCudaPlatform(cudaProgram, {});
    description = cuda->describe();
    Machine host(cpuProgram, cpu->getDevice(0), rank), gpu(cudaProgram, cuda->getDevice(0), rank);
    for (size_t i = 0; i < kernels.size(); ++i)
      compare(kernels[i], i, host, gpu, rank, findings);
  }

private:
  Program cpuProgram, cudaProgram;
  std::vector<Kernel> kernels;
  std::unique_ptr<Platform> cpu;
  std::string description; ///< of the GPU
  std::mt19937 engine{20240520};

  void compare(const Kernel &kernel, size_t section, Machine &host, Machine &gpu, int64_t rank, Findings &findings) {
    std::vector<char> before(static_cast<size_t>(cudaProgram.getManifest().arenaBytes), poison);
    for (const Buffer &argument : kernel.arguments)
      fillRandom(argument, engine, before.data());
    std::vector<char> expected = before, actual = before, again = before;
    host.run(section, expected);
    gpu.run(section, actual);
    gpu.run(section, again);
    std::string name = fmt::format("{} as rank {}", kernel.name, rank);
    if (actual != again)
      findings.faults.push_back(name + ": two runs differ");
    for (const Buffer &result : kernel.results) {
      compareResult(result, expected, actual, name, findings);
      std::memcpy(actual.data() + result.offset, before.data() + result.offset, static_cast<size_t>(result.bytes()));
    }
    for (const Buffer &argument : kernel.arguments)
      if (std::memcmp(&actual[static_cast<size_t>(argument.offset)], &before[static_cast<size_t>(argument.offset)],
                      static_cast<size_t>(argument.bytes())) != 0)
        findings.faults.push_back(name + ": an argument has changed");
    if (!isUntouchedBetween(kernel, actual))
      findings.faults.push_back(name + ": bytes between buffers have changed");
  }

  static void compareResult(const Buffer &result, const std::vector<char> &expected, const std::vector<char> &actual,
                            const std::string &name, Findings &findings) {
    auto at = [&](const std::vector<char> &bytes, int64_t i) {
      return toDouble(bytes.data() + result.offset + i * result.elementSize(), result.element);
    };
    double scale = 0;
    for (int64_t i = 0; i < result.elements; ++i)
      scale = std::max(scale, std::isfinite(at(expected, i)) ? std::abs(at(expected, i)) : 0);
    for (int64_t i = 0; i < result.elements; ++i) {
      double e = at(expected, i), a = at(actual, i);
      bool same = e == a || (std::isnan(e) && std::isnan(a));
      double error = same ? 0 : std::abs(a - e) / (result.tolerance() * (std::abs(e) + scale / 16));
      findings.note(std::isnan(error) ? INFINITY : error,
                    fmt::format("{}, element {}: {} on the GPU, {} on the CPU", name, i, a, e));
    }
  }

  /// A buffer is followed by 256 bytes at least that nobody may write.
  static bool isUntouchedBetween(const Kernel &kernel, const std::vector<char> &bytes) {
    for (const std::vector<Buffer> *buffers : {&kernel.arguments, &kernel.results})
      for (const Buffer &buffer : *buffers)
        for (int64_t i = buffer.offset + buffer.bytes(), end = i + 256;
             i < end && i < static_cast<int64_t>(bytes.size()); ++i)
          if (bytes[static_cast<size_t>(i)] != poison)
            return false;
    return true;
  }
};

} // namespace

static bool compareProgram(const std::string &base) {
  Comparison comparison(base);
  Findings findings;
  comparison.runAs(0, findings);
  if (comparison.countRanks() > 1)
    comparison.runAs(comparison.countRanks() - 1, findings);
  bool ok = findings.worst <= 1 && findings.faults.empty();
  fmt::print("{:5}{}: {} kernels on {}: worst {:.3f} of the tolerance{}\n", ok ? "ok" : "FAIL", base,
             comparison.countKernels(), comparison.getDescription(), findings.worst,
             findings.where.empty() ? "" : " (" + findings.where + ")");
  for (const std::string &fault : findings.faults)
    fmt::print("     {}\n", fault);
  return ok;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: compare-kernels BASENAME...\n");
    return static_cast<int>(Exit::Usage);
  }
  bool ok = true;
  try {
    for (int i = 1; i < argc; ++i)
      ok &= compareProgram(argv[i]);
  } catch (const Error &error) {
    fmt::print(stderr, "compare-kernels: error: {}\n", error.what());
    return static_cast<int>(error.exit);
  }
  return ok ? 0 : 1;
}
