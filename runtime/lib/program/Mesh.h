//===- Mesh.h - Ranks as points of a grid of named axes -----------------------===//
#ifndef SHARDRT_LIB_PROGRAM_MESH_H
#define SHARDRT_LIB_PROGRAM_MESH_H

#include <cstdint>
#include <string>
#include <vector>

namespace shardrt {

/// One named axis of the mesh.
struct Axis {
  std::string name;
  int64_t size;
};

/// The product of named axes; ranks count along the last axis first.
class Mesh {
public:
  Mesh() = default;
  explicit Mesh(std::vector<Axis> axes) : axes(std::move(axes)) {}

  const std::vector<Axis> &getAxes() const { return axes; }
  bool has(const std::string &axis) const;
  /// Returns the size of `axis`, which the mesh has.
  int64_t size(const std::string &axis) const;
  /// Returns the number of ranks of the product of `names`, or of the whole mesh.
  int64_t size(const std::vector<std::string> &names) const;
  int64_t size() const;
  /// Returns the coordinate of `rank` along `axis`.
  int64_t coordinate(int64_t rank, const std::string &axis) const;
  /// Returns the position of `rank` in the product of `names`, the last the fastest.
  int64_t position(int64_t rank, const std::vector<std::string> &names) const;
  /// Returns the ranks that differ from `rank` along `names` only, in order of their positions.
  std::vector<int64_t> group(int64_t rank, const std::vector<std::string> &names) const;
  /// Returns a text such as `dp_shard 2 x tp 4`, without axes of size 1.
  std::string describe() const;

private:
  std::vector<Axis> axes;
};

/// The valid elements of one dimension of a rank's shard: global [begin, begin + length), at the front of `local`
/// elements.
struct ShardRange {
  int64_t begin;
  int64_t length;
  int64_t local;
};

/// Returns the part of a dimension of `extent` elements that `rank` has: each of `axes` is chunked once, on the padded
/// extent of the one before.
ShardRange shardRange(int64_t extent, const std::vector<std::string> &axes, const Mesh &mesh, int64_t rank);

} // namespace shardrt
#endif
