//===- Initialise.cpp - Parameters from a seed ----------------------------------===//
//
// Philox 4x32-10 (Salmon et al., 2011) under a key of seed and name turns the number of a pair of elements into 128
// bits; Box and Muller turn them into two normal numbers.
//
//===------------------------------------------------------------------------===//

#include "job/Initialise.h"
#include "program/Shard.h"

#include <array>
#include <cmath>
#include <numbers>
#include <thread>
#include <xxhash.h>

using namespace shardrt;

static std::array<uint32_t, 4> philox(uint64_t counter, uint64_t key) {
  std::array<uint32_t, 4> x{static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32), 0, 0};
  auto k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    uint64_t a = uint64_t(0xD2511F53) * x[0], b = uint64_t(0xCD9E8D57) * x[2];
    x = {static_cast<uint32_t>(b >> 32) ^ x[1] ^ k0, static_cast<uint32_t>(b),
         static_cast<uint32_t>(a >> 32) ^ x[3] ^ k1, static_cast<uint32_t>(a)};
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

/// Fills `values` from the source's elements at `first` on, in as many pieces as threads.
template <typename T>
static void fill(std::vector<T> &values, const NormalSource &normal, double range, int64_t first, int64_t threads) {
  auto count = static_cast<int64_t>(values.size()), piece = (count + threads - 1) / threads;
  auto fillPiece = [&](int64_t begin) {
    for (int64_t i = begin; i < std::min(begin + piece, count); ++i)
      values[static_cast<size_t>(i)] = static_cast<T>(range * normal[first + i]);
  };
  std::vector<std::jthread> others; // joined at the end
  for (int64_t begin = piece; begin < count; begin += piece)
    others.emplace_back([=] { fillPiece(begin); });
  fillPiece(0);
}

namespace {

/// What parameters are initialised with.
struct Start {
  const Manifest &manifest;
  uint64_t seed;
  int64_t rank;
  int64_t threads;
};

} // namespace

template <typename T>
static void initialiseParameter(const Start &start, const Parameter &parameter, Device &device, char *arena,
                                Progress &progress) {
  if (parameter.init == Init::Zeros)
    return;
  NormalSource normal(start.seed, parameter.name);
  std::vector<T> values;
  forEachRun(parameter, start.manifest.mesh, start.rank, [&](const ShardRun &run) {
    const int64_t chunk = start.threads << 16;
    for (int64_t done = 0; done < run.count; done += chunk) {
      progress.advance();
      values.assign(static_cast<size_t>(std::min(chunk, run.count - done)), T(1));
      if (parameter.init == Init::Normal)
        fill(values, normal, start.manifest.initializerRange, run.global + done,
             values.size() < 1 << 16 ? 1 : start.threads);
      device.store(arena + parameter.offset + (run.local + done) * int64_t(sizeof(T)), values.data(),
                   static_cast<int64_t>(values.size() * sizeof(T)));
    }
  });
}

void shardrt::initialise(const Manifest &manifest, uint64_t seed, int64_t rank, int64_t threads, Device &device,
                         char *arena, Progress &progress) {
  Start start{manifest, seed, rank, threads};
  for (const Parameter &parameter : manifest.parameters) {
    if (manifest.dtype == SHARDRT_F64)
      initialiseParameter<double>(start, parameter, device, arena, progress);
    else
      initialiseParameter<float>(start, parameter, device, arena, progress);
  }
}
