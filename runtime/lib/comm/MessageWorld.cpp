//===- MessageWorld.cpp - Ranks that are processes --------------------------------===//
//
// A library of collectives would add in an order of its own, and MPI takes collectives that do not match for success or
// waits for ever. So the members of a group first exchange records and compare them; then each sends its peers what
// they need by messages between two ranks, and the receiver adds in rank order. An all-reduce is a reduce-scatter of
// slices, then an all-gather of them, in place.
//
//===------------------------------------------------------------------------------===//

#include "comm/MessageWorld.h"
#include "comm/Stream.h"

#include <algorithm>

using namespace shardrt;

namespace shardrt {

class MessageCommunicator final : public Communicator {
public:
  MessageCommunicator(MessageWorld &world, int64_t position, std::vector<int64_t> members)
      : world(world), position(position), members(std::move(members)), records(this->members.size()),
        sources(this->members.size()), slotBytes(world.stagingBytes / (2 * size()) / 64 * 64) {}

  int64_t rank() const override { return position; }
  int64_t size() const override { return static_cast<int64_t>(members.size()); }

  CollectiveStatus run(const shardrt_collective_desc &desc, char *base) override {
    if (!exchangeRecords(desc))
      return CollectiveStatus::PeerLost;
    mismatch = findMismatch(members, records);
    if (!mismatch.empty())
      return CollectiveStatus::Mismatch;
    return withElementType(desc.dtype, [&](auto zero) { return runTyped<decltype(zero)>(desc, base); });
  }

  std::string explainMismatch() const override { return mismatch; }

private:
  MessageWorld &world;
  const int64_t position;
  const std::vector<int64_t> members;
  std::vector<CollectiveRecord> records;
  std::vector<const void *> sources;
  const int64_t slotBytes;
  std::string mismatch;

  /// Where a message from or to `peer` may be put together.
  template <typename T> T *receiveSlot(int64_t peer) const {
    return reinterpret_cast<T *>(world.staging.get() + peer * slotBytes);
  }
  template <typename T> T *sendSlot(int64_t peer) const { return receiveSlot<T>(size() + peer); }

  /// Calls `visit` on every other member's position, the next one first, so that not all send to the same.
  template <typename Visit> void forEachPeer(Visit visit) const {
    for (int64_t step = 1; step < size(); ++step)
      visit((position + step) % size());
  }

  void receive(int64_t peer, void *data, int64_t bytes) {
    if (bytes > 0)
      world.messenger->receive(members[static_cast<size_t>(peer)], data, bytes);
  }
  void send(int64_t peer, const void *data, int64_t bytes) {
    if (bytes > 0)
      world.messenger->send(members[static_cast<size_t>(peer)], data, bytes);
  }
  bool complete() { return world.messenger->complete(); }

  bool exchangeRecords(const shardrt_collective_desc &desc) {
    CollectiveRecord &mine = records[static_cast<size_t>(position)];
    mine = CollectiveRecord(desc);
    forEachPeer([&](int64_t peer) { receive(peer, &records[static_cast<size_t>(peer)], sizeof(CollectiveRecord)); });
    forEachPeer([&](int64_t peer) { send(peer, &mine, sizeof(CollectiveRecord)); });
    return complete();
  }

  template <typename T> CollectiveStatus runTyped(const shardrt_collective_desc &desc, char *base) {
    using Place = typename Stream<T>::Place;
    auto stream = [&](int64_t shardrt_segment::*offset, Place place) {
      return [=, &desc, this](int64_t peer) { return Stream<T>(desc, base, offset, place, peer, size()); };
    };
    auto sendWhole = stream(&shardrt_segment::send, Stream<T>::InWhole),
         recvWhole = stream(&shardrt_segment::recv, Stream<T>::InWhole);
    auto sendPart = stream(&shardrt_segment::send, Stream<T>::InPart),
         recvPart = stream(&shardrt_segment::recv, Stream<T>::InPart);
    bool ok = false;
    if (desc.kind == SHARDRT_ALL_GATHER) {
      ok = gather<T>(sendPart(position), recvWhole);
    } else if (desc.kind == SHARDRT_REDUCE_SCATTER) {
      ok = reduce<T>(desc.reduction, sendWhole, recvPart(position));
      fillPadding<T>(desc, base);
    } else {
      ok = reduce<T>(desc.reduction, sendWhole, recvWhole(position)) && gather<T>(recvWhole(position), recvWhole);
    }
    return ok ? CollectiveStatus::Ok : CollectiveStatus::PeerLost;
  }

  /// Sends `mine` to all, and writes what they send to `placeOf(peer)`, chunk by chunk; the first rank's part is the
  /// longest.
  template <typename T, typename PlaceOf> bool gather(const Stream<T> &mine, PlaceOf placeOf) {
    int64_t chunk = slotBytes / static_cast<int64_t>(sizeof(T)), longest = placeOf(0).length();
    auto countAt = [&](const Stream<T> &part, int64_t begin) {
      return std::clamp<int64_t>(part.length() - begin, 0, chunk);
    };
    for (int64_t begin = 0; begin < longest; begin += chunk) {
      forEachPeer([&](int64_t peer) {
        int64_t count = countAt(placeOf(peer), begin);
        T *place = placeOf(peer).contiguous(begin, count);
        T *dest = place ? place : receiveSlot<T>(peer);
        sources[static_cast<size_t>(peer)] = dest;
        receive(peer, dest, count * static_cast<int64_t>(sizeof(T)));
      });
      int64_t count = countAt(mine, begin);
      const T *data = mine.packed(begin, count, sendSlot<T>(position));
      forEachPeer([&](int64_t peer) { send(peer, data, count * static_cast<int64_t>(sizeof(T))); });
      placeOf(position).unpack(begin, count, data);
      if (!complete())
        return false;
      forEachPeer([&](int64_t peer) {
        placeOf(peer).unpack(begin, countAt(placeOf(peer), begin),
                             static_cast<const T *>(sources[static_cast<size_t>(peer)]));
      });
    }
    return true;
  }

  /// Sends every peer its part of this rank's wholes, `partOf(peer)`, and writes the reduction of all ranks' to `dest`.
  template <typename T, typename PartOf> bool reduce(int32_t reduction, PartOf partOf, const Stream<T> &dest) {
    int64_t chunk = slotBytes / static_cast<int64_t>(sizeof(T)), longest = partOf(0).length(), mine = dest.length();
    for (int64_t begin = 0; begin < longest; begin += chunk) {
      int64_t expected = std::clamp<int64_t>(mine - begin, 0, chunk);
      forEachPeer([&](int64_t peer) {
        sources[static_cast<size_t>(peer)] = receiveSlot<T>(peer);
        receive(peer, receiveSlot<T>(peer), expected * static_cast<int64_t>(sizeof(T)));
      });
      forEachPeer([&](int64_t peer) {
        int64_t count = std::clamp<int64_t>(partOf(peer).length() - begin, 0, chunk);
        send(peer, partOf(peer).packed(begin, count, sendSlot<T>(peer)), count * static_cast<int64_t>(sizeof(T)));
      });
      sources[static_cast<size_t>(position)] = partOf(position).packed(begin, expected, sendSlot<T>(position));
      if (!complete())
        return false;
      dest.forEachRun(begin, expected, [&, done = int64_t(0)](T *data, int64_t count) mutable {
        auto source = [&](int64_t rank) { return static_cast<const T *>(sources[static_cast<size_t>(rank)]) + done; };
        reduceInOrder(reduction, size(), count, source, data);
        done += count;
      });
    }
    return true;
  }

  template <typename T> void fillPadding(const shardrt_collective_desc &desc, char *base) const {
    for (int32_t i = 0; i < desc.num_segments; ++i) {
      const shardrt_segment &segment = desc.segments[i];
      T *part = reinterpret_cast<T *>(base + segment.recv);
      for (int64_t block = 0; block < segment.outer; ++block)
        std::fill(part + block * segment.part + validColumns(segment, position), part + (block + 1) * segment.part,
                  T(0));
    }
  }
};

} // namespace shardrt

MessageWorld::MessageWorld(std::unique_ptr<Messenger> messenger, int64_t stagingBytes)
    : messenger(std::move(messenger)), stagingBytes(stagingBytes),
      staging(std::make_unique_for_overwrite<char[]>(static_cast<size_t>(stagingBytes))) {}
MessageWorld::~MessageWorld() = default;

/// Large enough for messages to run at the speed of memory, and a page for every rank's in the largest group.
int64_t MessageWorld::defaultStaging(int64_t ranks) {
  return std::max<int64_t>(int64_t(8) << 20, 2 * ranks * 4096);
}

std::unique_ptr<Communicator> MessageWorld::join(int64_t rank, const std::vector<int64_t> &members) {
  auto position = std::find(members.begin(), members.end(), rank) - members.begin();
  return std::make_unique<MessageCommunicator>(*this, position, members);
}
