//===- Mesh.cpp - Ranks as points of a grid of named axes ---------------------===//

#include "program/Mesh.h"

#include <algorithm>
#include <fmt/format.h>

using namespace shardrt;

bool Mesh::has(const std::string &axis) const {
  return std::any_of(axes.begin(), axes.end(), [&](const Axis &a) { return a.name == axis; });
}

int64_t Mesh::size(const std::string &axis) const {
  return std::find_if(axes.begin(), axes.end(), [&](const Axis &a) { return a.name == axis; })->size;
}

int64_t Mesh::size(const std::vector<std::string> &names) const {
  int64_t product = 1;
  for (const std::string &name : names)
    product *= size(name);
  return product;
}

int64_t Mesh::size() const {
  int64_t product = 1;
  for (const Axis &axis : axes)
    product *= axis.size;
  return product;
}

int64_t Mesh::coordinate(int64_t rank, const std::string &axis) const {
  int64_t stride = size();
  for (const Axis &a : axes) {
    stride /= a.size;
    if (a.name == axis)
      return rank / stride % a.size;
  }
  return 0;
}

int64_t Mesh::position(int64_t rank, const std::vector<std::string> &names) const {
  int64_t position = 0;
  for (const std::string &name : names)
    position = position * size(name) + coordinate(rank, name);
  return position;
}

std::vector<int64_t> Mesh::group(int64_t rank, const std::vector<std::string> &names) const {
  auto sameElsewhere = [&](int64_t other) {
    return std::all_of(axes.begin(), axes.end(), [&](const Axis &axis) {
      return std::find(names.begin(), names.end(), axis.name) != names.end() ||
             coordinate(rank, axis.name) == coordinate(other, axis.name);
    });
  };
  std::vector<int64_t> members;
  for (int64_t other = 0; other < size(); ++other)
    if (sameElsewhere(other))
      members.push_back(other);
  std::sort(members.begin(), members.end(),
            [&](int64_t a, int64_t b) { return position(a, names) < position(b, names); });
  return members;
}

std::string Mesh::describe() const {
  std::string text;
  for (const Axis &axis : axes)
    if (axis.size > 1)
      text += fmt::format("{}{} {}", text.empty() ? "" : " x ", axis.name, axis.size);
  return text.empty() ? "one rank" : text;
}

ShardRange shardrt::shardRange(int64_t extent, const std::vector<std::string> &axes, const Mesh &mesh, int64_t rank) {
  ShardRange range{0, extent, extent};
  for (const std::string &axis : axes) {
    int64_t size = mesh.size(axis);
    int64_t chunk = (range.local + size - 1) / size;
    int64_t offset = std::min(mesh.coordinate(rank, axis) * chunk, range.local);
    range.begin += offset;
    range.length = std::clamp<int64_t>(range.length - offset, 0, chunk);
    range.local = chunk;
  }
  return range;
}
