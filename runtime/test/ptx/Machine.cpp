//===- Machine.cpp - Launches -----------------------------------------------===//

#include "Machine.h"
#include "Block.h"

#include <algorithm>
#include <cstring>

using namespace shardrt::ptx;

/// A multiprocessor's limits, of architectures 8.0 to 12.0.
static constexpr int64_t maxThreads = 1024, maxBlockDepth = 64, maxGridHeight = 65535, maxStaticShared = 48 << 10,
                         maxShared = 227 << 10, maxParams = 4096;

[[noreturn]] static void refuse(const Launch &launch, const std::string &why) {
  throw std::runtime_error("kernel '" + launch.kernel + "': " + why);
}

static std::string sizes(std::array<uint32_t, 3> three) {
  return std::to_string(three[0]) + "x" + std::to_string(three[1]) + "x" + std::to_string(three[2]);
}

static const Function &findEntry(const Program &program, const Launch &launch) {
  auto found = program.functions.find(launch.kernel);
  if (found == program.functions.end() || !found->second.isEntry || !found->second.isDefined)
    refuse(launch, "the module has no entry of this name");
  return found->second;
}

static void checkSizes(const Function &entry, const Launch &launch) {
  auto [width, height, depth] = launch.block;
  uint64_t threads = uint64_t(width) * height;
  if (threads <= uint64_t(maxThreads))
    threads *= depth;
  if (threads == 0 || threads > uint64_t(maxThreads) || depth > maxBlockDepth)
    refuse(launch, "a block of " + sizes(launch.block) +
                       " threads; it must have 1 to 1024, and no more than 64 in the third dimension");
  if (std::ranges::count(launch.grid, 0u) || launch.grid[0] > INT32_MAX || launch.grid[1] > maxGridHeight ||
      launch.grid[2] > maxGridHeight)
    refuse(launch, "a grid of " + sizes(launch.grid) +
                       " blocks; sizes must be at least 1, and the second and third at most 65535");
  if (entry.requiredBlock[0] && entry.requiredBlock != launch.block)
    refuse(launch, "a block of " + sizes(launch.block) + " threads; .reqntid says " + sizes(entry.requiredBlock));
  if (entry.maxThreads && threads > entry.maxThreads)
    refuse(launch, "a block of " + std::to_string(threads) + " threads; .maxntid says at most " +
                       std::to_string(entry.maxThreads));
}

/// Lays out the parameters.
static std::vector<char> layParams(const Function &entry, const Launch &launch) {
  if (launch.params.size() != entry.params.size())
    refuse(launch,
           std::to_string(launch.params.size()) + " parameters; it takes " + std::to_string(entry.params.size()));
  if (entry.paramBytes > maxParams)
    refuse(launch, "its parameters have " + std::to_string(entry.paramBytes) + " bytes, more than 4096");
  std::vector<char> bytes(static_cast<size_t>(entry.paramBytes));
  for (size_t i = 0; i < entry.params.size(); ++i) {
    if (int64_t(launch.params[i].size()) != entry.params[i].bytes)
      refuse(launch, "parameter " + std::to_string(i) + " has " + std::to_string(launch.params[i].size()) +
                         " bytes; it must have " + std::to_string(entry.params[i].bytes));
    std::memcpy(bytes.data() + entry.params[i].offset, launch.params[i].data(), launch.params[i].size());
  }
  return bytes;
}

/// Returns `entry` and all functions that it may call.
static std::vector<const Function *> reachable(const Program &program, const Function &entry) {
  std::vector<const Function *> functions{&entry};
  for (size_t i = 0; i < functions.size(); ++i)
    for (size_t call : functions[i]->callees) {
      const Function *callee = &program.functions.find(program.calls[call].callee)->second;
      if (std::ranges::find(functions, callee) == functions.end())
        functions.push_back(callee);
    }
  return functions;
}

Statistics shardrt::ptx::run(const Module &module, const Launch &launch, std::span<const Memory> memory) {
  const Program &program = module.program();
  const Function &entry = findEntry(program, launch);
  checkSizes(entry, launch);
  LaunchState state{program,
                    entry,
                    launch,
                    {memory.begin(), memory.end()},
                    program.globals,
                    program.constants,
                    layParams(entry, launch),
                    0,
                    reachable(program, entry),
                    {},
                    {}};
  int64_t statics = 0;
  for (const SharedLayout *layout : {&program.shared, &entry.shared}) {
    state.staticSharedBytes = std::max(state.staticSharedBytes, (layout->end + 127) / 128 * 128);
    for (auto [offset, bytes] : layout->variables)
      statics += bytes;
  }
  if (statics > maxStaticShared || statics + launch.dynamicSharedBytes > maxShared)
    refuse(launch, std::to_string(statics) + " bytes of shared variables and " +
                       std::to_string(launch.dynamicSharedBytes) +
                       " of dynamic shared memory; a block has at most 49152 and 232448 in all");
  if (!state.globals.empty())
    state.memory.push_back({state.globals.data(), int64_t(state.globals.size()), true, "the variables of the module"});
  // An access is looked up in what is writable first, so that all uses of a byte are noted.
  std::ranges::partition(state.memory, &Memory::writable);
  for (const Relocation &relocation : program.relocations) {
    uint64_t value = uint64_t(relocation.value) + state.address(relocation.base);
    std::memcpy((relocation.inConstants ? state.constants : state.globals).data() + relocation.offset, &value,
                sizeof value);
  }
  Block block(state);
  for (uint32_t z = 0; z < launch.grid[2]; ++z)
    for (uint32_t y = 0; y < launch.grid[1]; ++y)
      for (uint32_t x = 0; x < launch.grid[0]; ++x)
        block.run({x, y, z});
  return state.statistics;
}
