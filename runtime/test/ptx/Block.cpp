//===- Block.cpp - The threads of a block in lockstep -----------------------===//

#include "Block.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>

using namespace shardrt::ptx;

uint64_t LaunchState::address(Base base) const {
  switch (base) {
  case Base::None:
    return 0;
  case Base::Globals:
    return reinterpret_cast<uint64_t>(globals.data());
  case Base::Constants:
    return reinterpret_cast<uint64_t>(constants.data());
  case Base::DynamicShared:
    return uint64_t(staticSharedBytes);
  }
  return 0;
}

static std::vector<std::pair<int64_t, int64_t>> sharedVariables(const LaunchState &state) {
  auto variables = state.program.shared.variables;
  variables.insert(variables.end(), state.entry.shared.variables.begin(), state.entry.shared.variables.end());
  variables.emplace_back(state.staticSharedBytes, state.launch.dynamicSharedBytes);
  return variables;
}

Block::Block(LaunchState &state)
    : state(state), threadCount(state.launch.block[0] * state.launch.block[1] * state.launch.block[2]),
      stride((threadCount + 63) / 64 * 64),
      shared(state.staticSharedBytes + state.launch.dynamicSharedBytes, sharedVariables(state)),
      registers(static_cast<char *>(std::aligned_alloc(64, state.program.registerBytes * stride))),
      local(size_t(state.program.localBytes) * threadCount, char(0xcd)) {
  if (!registers)
    throw std::bad_alloc();
  // Registers hold rubbish at first, so that nobody relies on zeros.
  for (const Function *function : state.functions) {
    std::memset(reg<char>(function->firstRegister), 0xcd, (function->lastRegister - function->firstRegister) * stride);
    for (const Constant &constant : function->constants) {
      uint64_t value = constant.value + state.address(constant.base);
      for (unsigned thread = 0; thread < threadCount; ++thread)
        std::memcpy(reg<char>(constant.reg) + size_t(thread) * constant.bytes, &value, constant.bytes);
    }
  }
  auto special = [&](Special which) { return reg<uint32_t>(uint32_t(which) * 4); };
  auto [width, height, depth] = state.launch.block;
  uint32_t uniform[] = {width, height, depth};
  for (unsigned thread = 0; thread < threadCount; ++thread) {
    special(Special::TidX)[thread] = thread % width;
    special(Special::TidY)[thread] = thread / width % height;
    special(Special::TidZ)[thread] = thread / width / height;
    for (uint32_t i = 0; i < 3; ++i) {
      special(Special(uint32_t(Special::NtidX) + i))[thread] = uniform[i];
      special(Special(uint32_t(Special::NctaidX) + i))[thread] = state.launch.grid[i];
    }
    uint32_t lane = thread % 32, bit = 1u << lane;
    special(Special::LaneId)[thread] = lane;
    special(Special::WarpId)[thread] = thread / 32;
    special(Special::NwarpId)[thread] = (threadCount + 31) / 32;
    special(Special::LaneEq)[thread] = bit;
    special(Special::LaneLt)[thread] = bit - 1;
    special(Special::LaneLe)[thread] = bit | (bit - 1);
    special(Special::LaneGt)[thread] = ~(bit | (bit - 1));
    special(Special::LaneGe)[thread] = ~(bit - 1);
    special(Special::DynamicSharedBytes)[thread] = state.launch.dynamicSharedBytes;
    special(Special::TotalSharedBytes)[thread] = uint32_t(shared.size());
  }
}

void Block::start() {
  for (uint32_t i = 0; i < 3; ++i)
    std::fill_n(reg<uint32_t>((uint32_t(Special::CtaidX) + i) * 4), threadCount, index[i]);
  interval.first = interval.block = ++interval.now;
  Threads all(threadCount);
  for (unsigned thread = 0; thread < threadCount; ++thread)
    all[thread] = uint16_t(thread);
  running.clear();
  copies.underWay.clear();
  copies.groups.fill(0);
  groups = {{state.entry.start, std::move(all)}};
  parked.clear();
}

void Block::run(std::array<uint32_t, 3> blockIndex) {
  index = blockIndex;
  start();
  const Instruction *code = state.program.code.data();
  int64_t steps = 0;
  while (next()) {
    while (pc < limit) {
      current = &code[pc++];
      if (++steps > state.launch.maxSteps)
        fault(running.front(), "the block has executed " + std::to_string(state.launch.maxSteps) +
                                   " instructions: an endless loop, or Launch::maxSteps must be larger");
      state.statistics.instructions += int64_t(running.size());
      current->execute(*this, *current);
    }
    if (!running.empty())
      groups.push_back({pc, std::move(running)});
    running.clear();
  }
}

/// Lets the groups with the smallest program counter run together. Returns false when all threads have exited.
bool Block::next() {
  if (groups.empty()) {
    if (!parked.empty())
      deadlock();
    return false;
  }
  pc = std::ranges::min(groups, {}, &Group::pc).pc;
  limit = std::numeric_limits<int64_t>::max();
  std::erase_if(groups, [&](Group &group) {
    if (group.pc != pc) {
      limit = std::min(limit, group.pc);
      return false;
    }
    running.insert(running.end(), group.threads.begin(), group.threads.end());
    return true;
  });
  std::ranges::sort(running);
  return true;
}

void Block::remove(const Threads &threads) {
  Threads rest;
  std::ranges::set_difference(running, threads, std::back_inserter(rest));
  running = std::move(rest);
  if (running.empty())
    limit = -1;
}

void Block::depart(Threads threads, int64_t target) {
  remove(threads);
  groups.push_back({target, std::move(threads)});
  limit = std::min(limit, target);
}

void Block::exit() {
  running.clear();
  limit = -1;
}

void Block::park(Threads threads, unsigned missing) {
  remove(threads);
  parked.push_back({pc - 1, std::move(threads), missing});
}

void Block::joinParked() {
  if (parked.empty())
    return;
  std::erase_if(parked, [&](Group &group) {
    if (group.pc != pc - 1)
      return false;
    running.insert(running.end(), group.threads.begin(), group.threads.end());
    return true;
  });
  std::ranges::sort(running);
}

uint32_t Block::lanes(size_t begin, size_t end) const {
  uint32_t mask = 0;
  for (size_t i = begin; i < end; ++i)
    mask |= 1u << running[i] % 32;
  return mask;
}

std::string Block::name(unsigned thread) const {
  auto [width, height, depth] = state.launch.block;
  return "thread (" + std::to_string(thread % width) + "," + std::to_string(thread / width % height) + "," +
         std::to_string(thread / width / height) + ")";
}

void Block::fault(unsigned thread, const std::string &what) const {
  std::string_view text = state.program.lines[current->line - 1];
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  text = text.substr(0, text.find("//"));
  std::string shown(text.substr(0, text.find_last_not_of(" \t\r") + 1));
  std::ranges::replace(shown, '\t', ' ');
  throw std::runtime_error("kernel '" + state.entry.name + "', line " + std::to_string(current->line) + " ('" + shown +
                           "'), block (" + std::to_string(index[0]) + "," + std::to_string(index[1]) + "," +
                           std::to_string(index[2]) + "), " + name(thread) + ": " + what);
}

/// No thread can run, and some wait for others.
void Block::deadlock() {
  const Group &group = parked.front();
  current = &state.program.code[group.pc];
  std::string where = "has exited";
  for (const Group &other : parked)
    if (std::ranges::binary_search(other.threads, group.missing))
      where = "waits at line " + std::to_string(state.program.code[other.pc].line);
  fault(group.threads.front(), "waits here for " + name(group.missing) + ", which never comes: it " + where);
}
