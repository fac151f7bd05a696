//===- Initialise.cpp - Parameters from a seed ----------------------------------===//
//
// Philox 4x32-10 (Salmon et al., 2011) under a key of seed and name turns the number of a pair of elements into 128 bits; Box
// and Muller turn them into two normal numbers.
//
//===------------------------------------------------------------------------===//

#include "Initialise.h"
#include "Shard.h"

#include <array>
#include <cmath>
#include <numbers>
#include <xxhash.h>

using namespace shardrt;

static std::array<uint32_t, 4> philox(uint64_t counter, uint64_t key) {
  std::array<uint32_t, 4> x{static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0};
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * x[0], b = uint64_t(0xCD9E8D57) * x[2];
    x = {static_cast<uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<uint32_t>(b), static_cast<uint32_t>(a >> 32) ^ x[3] ^ k1,
         static_cast<uint32_t>(a)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return x;
}

/// Returns a number in (0, 1) from 53 of 64 bits.
static double uniform(uint32_t high, uint32_t low) {
  uint64_t bits = (uint64_t(high) << 32 | low) >> 11;
  return (static_cast<double>(bits) + 0.5) * 0x1p-53;
}

NormalSource::NormalSource(uint64_t seed, const std::string &name)
    : key(XXH3_64bits_withSeed(name.data(), name.size(), seed)) {}

double NormalSource::operator[](int64_t element) const {
  std::array<uint32_t, 4> bits = philox(static_cast<uint64_t>(element) / 2, key);
  double radius = std::sqrt(-2 * std::log(uniform(bits[0], bits[1])));
  double angle = 2 * std::numbers::pi * uniform(bits[2], bits[3]);
  return radius * (element % 2 == 0 ? std::cos(angle) : std::sin(angle));
}

template <typename T>
static void initialiseParameter(const Manifest &manifest, const Parameter &parameter, uint64_t seed, int64_t rank,
                                Device &device, char *arena, Progress &progress) {
  if (parameter.init == Init::Zeros)
    return;
  NormalSource normal(seed, parameter.name);
  std::vector<T> values;
  forEachRun(parameter, manifest.mesh, rank, [&](const ShardRun &run) {
    constexpr int64_t chunk = 1 << 16;
    for (int64_t done = 0; done < run.count; done += chunk) {
      progress.advance();
      values.clear();
      for (int64_t i = done; i < std::min(done + chunk, run.count); ++i)
        values.push_back(parameter.init == Init::Ones ? T(1)
                                                      : static_cast<T>(manifest.initializerRange * normal[run.global + i]));
      device.store(arena + parameter.offset + (run.local + done) * int64_t(sizeof(T)), values.data(),
                   static_cast<int64_t>(values.size() * sizeof(T)));
    }
  });
}

void shardrt::initialise(const Manifest &manifest, uint64_t seed, int64_t rank, Device &device, char *arena,
                         Progress &progress) {
  for (const Parameter &parameter : manifest.parameters) {
    if (manifest.dtype == SHARDRT_F64)
      initialiseParameter<double>(manifest, parameter, seed, rank, device, arena, progress);
    else
      initialiseParameter<float>(manifest, parameter, seed, rank, device, arena, progress);
  }
}
