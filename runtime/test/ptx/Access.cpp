//===- Access.cpp - Where loads, stores and atomic operations go ------------===//

#include "Access.h"

#include <algorithm>

using namespace shardrt::ptx;

Space shardrt::ptx::takeAccessSpace(Modifiers &modifiers) {
  switch (modifiers.acceptOneOf(
      {"global", "shared", "shared::cta", "local", "const", "param", "param::entry", "param::func"})) {
  case -1:
    return Space::Generic;
  case 0:
    return Space::Global;
  case 1:
  case 2:
    return Space::Shared;
  case 3:
    return Space::Local;
  case 4:
    return Space::Const;
  default:
    return Space::Param;
  }
}

namespace {

const char *verb(Access access) {
  return access == Access::Read ? "reads " : access == Access::Write ? "writes " : "updates ";
}

std::string amount(Access access, int64_t bytes) {
  return verb(access) + std::to_string(bytes) + (bytes == 1 ? " byte " : " bytes ");
}

/// Says what is wrong, behind a comma.
std::string describe(const Block &block, Verdict verdict, uint16_t before) {
  std::string who = before == ByteUse::many ? "another thread" : block.name(before & ~ByteUse::atomic);
  switch (verdict) {
  case Verdict::Fine:
    return "";
  case Verdict::Nobodys:
    return "outside of every variable";
  case Verdict::Uninitialised:
    return "which nothing has written";
  case Verdict::WrittenByOther:
    return "which " + who + " has written since the last barrier";
  case Verdict::ReadByOther:
    return "which " + who + " has read since the last barrier";
  case Verdict::WrittenByBlock:
    return "which another block writes";
  case Verdict::ReadByBlock:
    return "which another block reads";
  case Verdict::NotConstant:
    return "by .nc, which this launch has written";
  }
  return "";
}

class Locator {
public:
  Locator(Block &block, const Instruction &instruction, size_t slot, int64_t bytes, Access access)
      : block(block), state(block.state), bytes(bytes), access(access),
        addresses(block.reg<uint64_t>(instruction.operands[slot])), displacement(uint64_t(instruction.immediate)),
        isConstant(instruction.readOnly) {}

  void locate(Space space) {
    block.forEachWarp([&](size_t begin, size_t end) {
      size_t inGlobal = 0, inShared = 0;
      for (size_t i = begin; i < end; ++i) {
        unsigned thread = block.running[i];
        uint64_t address = addresses[thread] + displacement;
        if (address % uint64_t(bytes))
          block.fault(thread, amount(access, bytes) + "at address " + hex(address) + ", which is not a multiple of " +
                                  std::to_string(bytes));
        Space actual = space == Space::Generic ? spaceOf(address) : space;
        if (actual == Space::Global) {
          block.places[thread] = global(thread, address);
          touched[inGlobal++] = address;
        } else if (actual == Space::Shared) {
          block.places[thread] = shared(thread, space == Space::Generic ? address - sharedWindow : address);
          touched[inShared++] = uint64_t(block.places[thread] - block.shared.data());
        } else {
          block.places[thread] = other(thread, actual, address, space == Space::Generic);
        }
      }
      if (inGlobal)
        count(inGlobal);
      else if (inShared)
        countBanks(inShared);
    });
  }

private:
  static std::string hex(uint64_t value) {
    std::string digits;
    for (; value || digits.empty(); value >>= 4)
      digits.insert(digits.begin(), "0123456789abcdef"[value & 15]);
    return "0x" + digits;
  }

  Space spaceOf(uint64_t address) const {
    if (address - sharedWindow < windowBytes)
      return Space::Shared;
    if (address - localWindow < windowBytes)
      return Space::Local;
    if (address - state.address(Base::Constants) < state.constants.size())
      return Space::Const;
    return Space::Global;
  }

  bool isWithin(const Memory &memory, uint64_t address) const {
    return address - reinterpret_cast<uint64_t>(memory.base) <= uint64_t(memory.bytes - bytes) && memory.bytes >= bytes;
  }

  char *global(unsigned thread, uint64_t address) {
    auto isGood = [&](const Memory &memory) {
      return isWithin(memory, address) && (memory.writable || access == Access::Read);
    };
    // Threads mostly access the same memory as the one before.
    if (recent >= state.memory.size() || !isGood(state.memory[recent]))
      recent = size_t(std::ranges::find_if(state.memory, isGood) - state.memory.begin());
    if (recent == state.memory.size())
      refuse(thread, address);
    const Memory &memory = state.memory[recent];
    if (memory.writable && state.launch.checksGlobalRaces) {
      auto [verdict, before] =
          state.log.note(address, bytes, uint16_t(thread), access, isConstant, block.intervalOf(thread));
      if (verdict != Verdict::Fine)
        block.fault(thread,
                    amount(access, bytes) + offsetIn(memory, address) + ", " + describe(block, verdict, before));
    }
    return reinterpret_cast<char *>(address);
  }

  static std::string offsetIn(const Memory &memory, uint64_t address) {
    return "at offset " + std::to_string(address - reinterpret_cast<uint64_t>(memory.base)) + " of '" + memory.name +
           "'";
  }

  [[noreturn]] void refuse(unsigned thread, uint64_t address) const {
    for (const Memory &memory : state.memory)
      if (isWithin(memory, address))
        block.fault(thread, amount(access, bytes) + offsetIn(memory, address) + ", which is read-only");
    block.fault(thread, amount(access, bytes) + "at address " + hex(address) + ", " + nearest(address));
  }

  /// Says where an address is that is in no memory.
  std::string nearest(uint64_t address) const {
    std::string where = "which is in no memory of the launch";
    uint64_t least = 1 << 20;
    for (const Memory &memory : state.memory) {
      uint64_t base = reinterpret_cast<uint64_t>(memory.base), end = base + uint64_t(memory.bytes);
      if (base - address < least) {
        least = base - address;
        where = std::to_string(least) + " bytes before the begin of '" + memory.name + "'";
      } else if (address + uint64_t(bytes) - end < least) {
        least = address + uint64_t(bytes) - end;
        where = "which ends " + std::to_string(least) + " bytes behind the end of '" + memory.name + "', of " +
                std::to_string(memory.bytes) + " bytes";
      }
    }
    return where;
  }

  char *shared(unsigned thread, uint64_t offset) {
    if (offset > uint64_t(block.shared.size()) || offset + uint64_t(bytes) > uint64_t(block.shared.size()))
      block.fault(thread, amount(access, bytes) + "at offset " + std::to_string(offset) +
                              " of shared memory, which has " + std::to_string(block.shared.size()));
    if (!block.shared.note(int64_t(offset), bytes, uint16_t(thread), access, block.intervalOf(thread)))
      for (uint64_t at = offset; at < offset + uint64_t(bytes); ++at)
        if (auto [verdict, before] =
                block.shared.judge(int64_t(at), uint16_t(thread), access, block.intervalOf(thread));
            verdict != Verdict::Fine)
          block.fault(thread, amount(access, bytes) + "at offset " + std::to_string(offset) + " of shared memory, " +
                                  describe(block, verdict, before));
    return block.shared.data() + offset;
  }

  char *other(unsigned thread, Space space, uint64_t address, bool isGeneric) {
    char *base;
    int64_t size;
    const char *name;
    if (space == Space::Local) {
      base = block.localOf(thread);
      size = state.program.localBytes;
      name = "local memory";
    } else if (space == Space::Const) {
      base = state.constants.data();
      size = int64_t(state.constants.size());
      name = "constant memory";
    } else {
      base = state.params.data();
      size = int64_t(state.params.size());
      name = "the parameters";
    }
    uint64_t offset =
        !isGeneric ? address : address - (space == Space::Local ? localWindow : reinterpret_cast<uint64_t>(base));
    if (access != Access::Read && space != Space::Local)
      block.fault(thread, amount(access, bytes) + "of " + name + ", which is read-only");
    if (offset > uint64_t(size) || offset + uint64_t(bytes) > uint64_t(size))
      block.fault(thread, amount(access, bytes) + "at offset " + std::to_string(offset) + " of " + name +
                              ", which has " + std::to_string(size));
    return base + offset;
  }

  /// Counts an access of a warp to global memory.
  void count(size_t threads) {
    Statistics &statistics = state.statistics;
    if (access != Access::Write) {
      ++statistics.globalLoads;
      statistics.globalLoadBytes += int64_t(threads) * bytes;
    }
    if (access != Access::Read) {
      ++statistics.globalStores;
      statistics.globalStoreBytes += int64_t(threads) * bytes;
    }
    for (size_t i = 0; i < threads; ++i)
      touched[i] /= 32;
    size_t filled = (threads * size_t(bytes) + 31) / 32;
    auto sectors = [&] {
      return 1 + size_t(std::ranges::count_if(&touched[1], &touched[threads],
                                              [](const uint64_t &s) { return s != (&s)[-1]; }));
    };
    if (sectors() <= 2 * filled)
      return;
    std::sort(&touched[0], &touched[threads]);
    statistics.uncoalesced += sectors() > 2 * filled;
  }

  /// Counts the passes of an access of a warp to shared memory: a pass serves each of 32 banks with one word of 4
  /// bytes. Threads that ask for 8 or 16 bytes are served in halves or quarters of the warp.
  void countBanks(size_t threads) {
    size_t together = bytes <= 4 ? 32 : size_t(128 / bytes);
    for (size_t begin = 0; begin < threads; begin += together) {
      std::array<uint64_t, 32> words;
      size_t count = 0;
      for (size_t i = begin; i < std::min(begin + together, threads); ++i)
        for (uint64_t word = touched[i] / 4; word * 4 < touched[i] + uint64_t(bytes); ++word)
          words[count++] = word;
      std::sort(&words[0], &words[count]);
      count = size_t(std::unique(&words[0], &words[count]) - &words[0]);
      std::array<uint8_t, 32> passes{};
      uint8_t most = 1;
      for (size_t i = 0; i < count; ++i)
        most = std::max(most, ++passes[words[i] % 32]);
      state.statistics.sharedBankConflicts += most - 1;
    }
  }

  Block &block;
  LaunchState &state;
  int64_t bytes;
  Access access;
  const uint64_t *addresses;
  uint64_t displacement;
  bool isConstant; // a load by .nc
  size_t recent = 0;
  std::array<uint64_t, 32> touched;
};

} // namespace

void shardrt::ptx::locate(Block &block, const Instruction &instruction, size_t slot, int64_t bytes, Access access) {
  Locator(block, instruction, slot, bytes, access).locate(instruction.space);
}
