// Bounded one-to-many searches over arcs in compressed rows, by heaps and by buckets, in one thread.
//
//     search <problem> <indexed|lazy|buckets> <passes> <answer>
//
// Only the searches are timed, with the putting back of the labels they touched; the answer is written from one more
// pass. It prints seconds of each pass, the nodes reached in one, and the peak of its memory, as JSON.

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

struct Problem {
    std::vector<std::uint32_t> first;
    std::vector<std::uint32_t> head;
    std::vector<double> cost;
    std::vector<std::uint32_t> sources;
    double limit, width, longest;
};

template <class T>
std::vector<T> take(std::ifstream& file, std::int64_t count) {
    std::vector<T> values(static_cast<std::size_t>(count));
    file.read(reinterpret_cast<char*>(values.data()), static_cast<std::streamsize>(count * sizeof(T)));
    return values;
}

Problem read_problem(const char* path) {
    std::ifstream file(path, std::ios::binary);
    const auto sizes = take<std::int64_t>(file, 3);
    const auto numbers = take<double>(file, 3);
    Problem problem{take<std::uint32_t>(file, sizes[0] + 1), take<std::uint32_t>(file, sizes[1]),
                    take<double>(file, sizes[1]), take<std::uint32_t>(file, sizes[2]),
                    numbers[0], numbers[1], numbers[2]};
    if (!file) {
        std::fprintf(stderr, "cannot read %s\n", path);
        std::exit(1);
    }
    return problem;
}

struct Labels {
    std::vector<double> cost;
    std::vector<std::uint32_t> touched;
    std::int64_t reached = 0;

    // There is room for one node more, since the place after the last is written before it is known to be needed.
    explicit Labels(std::size_t nodes) : cost(nodes, kNever), touched(nodes + 1) {}

    void wipe() {
        for (std::int64_t i = 0; i < reached; ++i) cost[touched[i]] = kNever;
        reached = 0;
    }
};

struct Entry {
    double key;
    std::uint32_t node;
};

// A 4-ary heap in which a node stands once, with its place beside it.
class IndexedHeap {
  public:
    explicit IndexedHeap(std::size_t nodes) : place_(nodes, -1) { heap_.reserve(1024); }

    bool empty() const { return heap_.empty(); }

    void put(std::uint32_t node, double key) {
        if (place_[node] < 0) {
            place_[node] = static_cast<std::int32_t>(heap_.size());
            heap_.push_back({key, node});
        }
        rise(static_cast<std::size_t>(place_[node]), {key, node});
    }

    Entry pop() {
        const Entry top = heap_.front(), last = heap_.back();
        place_[top.node] = -1;
        heap_.pop_back();
        if (!heap_.empty()) sink(last);
        return top;
    }

  private:
    void write(std::size_t at, Entry entry) {
        heap_[at] = entry;
        place_[entry.node] = static_cast<std::int32_t>(at);
    }

    void rise(std::size_t at, Entry entry) {
        while (at > 0) {
            const std::size_t up = (at - 1) >> 2;
            if (heap_[up].key <= entry.key) break;
            write(at, heap_[up]);
            at = up;
        }
        write(at, entry);
    }

    void sink(Entry entry) {
        const std::size_t size = heap_.size();
        std::size_t at = 0;
        for (std::size_t child = 1; child < size; child = 4 * at + 1) {
            std::size_t least = child;
            const std::size_t end = child + 4 < size ? child + 4 : size;
            for (std::size_t rival = child + 1; rival < end; ++rival)
                if (heap_[rival].key < heap_[least].key) least = rival;
            if (heap_[least].key >= entry.key) break;
            write(at, heap_[least]);
            at = least;
        }
        write(at, entry);
    }

    std::vector<Entry> heap_;
    std::vector<std::int32_t> place_;
};

// A 4-ary heap in which a node may stand several times; old entries are passed over when they come out.
class LazyHeap {
  public:
    explicit LazyHeap(std::size_t) { heap_.reserve(1024); }

    bool empty() const { return heap_.empty(); }

    void put(std::uint32_t node, double key) {
        std::size_t at = heap_.size();
        heap_.push_back({key, node});
        while (at > 0) {
            const std::size_t up = (at - 1) >> 2;
            if (heap_[up].key <= key) break;
            heap_[at] = heap_[up];
            at = up;
        }
        heap_[at] = {key, node};
    }

    Entry pop() {
        const Entry top = heap_.front(), last = heap_.back();
        heap_.pop_back();
        if (!heap_.empty()) sink(last);
        return top;
    }

  private:
    void sink(Entry entry) {
        const std::size_t size = heap_.size();
        std::size_t at = 0;
        for (std::size_t child = 1; child < size; child = 4 * at + 1) {
            std::size_t least = child;
            const std::size_t end = child + 4 < size ? child + 4 : size;
            for (std::size_t rival = child + 1; rival < end; ++rival)
                if (heap_[rival].key < heap_[least].key) least = rival;
            if (heap_[least].key >= entry.key) break;
            heap_[at] = heap_[least];
            at = least;
        }
        heap_[at] = entry;
    }

    std::vector<Entry> heap_;
};

template <class Heap>
class HeapSearch {
  public:
    explicit HeapSearch(const Problem& problem) : problem_(problem), heap_(problem.first.size() - 1) {}

    void operator()(std::uint32_t source, Labels& labels) {
        const auto *const first = problem_.first.data(), *const head = problem_.head.data();
        const double *const along = problem_.cost.data(), limit = problem_.limit;
        double* const label = labels.cost.data();
        std::uint32_t* const touched = labels.touched.data();
        std::uint64_t reached = 1;
        touched[0] = source;
        label[source] = 0.0;
        heap_.put(source, 0.0);
        while (!heap_.empty()) {
            const Entry at = heap_.pop();
            if (at.key > label[at.node]) continue;
            for (std::uint64_t k = first[at.node], end = first[at.node + 1]; k < end; ++k) {
                const std::uint32_t to = head[k];
                const double cost = at.key + along[k];
                if (cost > limit || cost >= label[to]) continue;
                touched[reached] = to;
                reached += label[to] == kNever;
                label[to] = cost;
                heap_.put(to, cost);
            }
        }
        labels.reached = static_cast<std::int64_t>(reached);
    }

  private:
    const Problem& problem_;
    Heap heap_;
};

// The queue of tenmin.routing.flood: a ring of buckets, each a list in one pool; within a bucket labels are corrected.
class BucketSearch {
  public:
    explicit BucketSearch(const Problem& problem) : problem_(problem), pool_(4096) {
        std::size_t size = 64;
        while (static_cast<double>(size) < std::fmin(problem.longest, problem.limit) / problem.width + 2.0) size *= 2;
        ring_.assign(size, kNone);
        free_ = chain(0);
    }

    void operator()(std::uint32_t source, Labels& labels) {
        const auto *const first = problem_.first.data(), *const head = problem_.head.data();
        const double *const along = problem_.cost.data(), limit = problem_.limit, width = problem_.width;
        double* const label = labels.cost.data();
        std::uint32_t *const touched = labels.touched.data(), *const ring = ring_.data();
        const std::uint64_t mask = ring_.size() - 1;
        Item* pool = pool_.data();
        std::uint64_t reached = 1, waiting = 1, bucket = 0;
        std::uint32_t free = pool[free_].after;
        touched[0] = source;
        label[source] = 0.0;
        pool[free_] = {0.0, source, kNone};
        ring[0] = free_;
        while (waiting > 0) {
            const std::uint32_t entry = ring[bucket & mask];
            if (entry == kNone) {
                ++bucket;
                continue;
            }
            const auto [here, node, after] = pool[entry];
            ring[bucket & mask] = after;
            pool[entry].after = free;
            free = entry;
            --waiting;
            if (here != label[node]) continue;
            for (std::uint64_t k = first[node], end = first[node + 1]; k < end; ++k) {
                const std::uint32_t to = head[k];
                const double cost = here + along[k];
                if (cost > limit || cost >= label[to]) continue;
                touched[reached] = to;
                reached += label[to] == kNever;
                label[to] = cost;
                if (free == kNone) {
                    free = more_items();
                    pool = pool_.data();
                }
                std::uint32_t& slot = ring[static_cast<std::uint64_t>(cost / width) & mask];
                const std::uint32_t place = free;
                free = pool[place].after;
                pool[place] = {cost, to, slot};
                slot = place;
                ++waiting;
            }
        }
        free_ = free;
        labels.reached = static_cast<std::int64_t>(reached);
    }

  private:
    static constexpr std::uint32_t kNone = 0xFFFFFFFF;

    struct Item {
        double cost;
        std::uint32_t node, after;
    };

    std::uint32_t more_items() {
        const std::size_t size = pool_.size();
        pool_.resize(2 * size);
        return chain(size);
    }

    // All items from this one on are free, one after the other.
    std::uint32_t chain(std::size_t from) {
        for (std::size_t i = from; i < pool_.size(); ++i) pool_[i].after = static_cast<std::uint32_t>(i + 1);
        pool_.back().after = kNone;
        return static_cast<std::uint32_t>(from);
    }

    const Problem& problem_;
    std::vector<std::uint32_t> ring_;
    std::vector<Item> pool_;
    std::uint32_t free_;
};

double peak_megabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.rfind("VmHWM:", 0) == 0) return std::strtod(line.c_str() + 6, nullptr) * 1024.0 / 1e6;
    return 0.0;
}

template <class Search>
void write_answer(const Problem& problem, Search& search, Labels& labels, const char* path) {
    std::vector<std::int64_t> sizes{static_cast<std::int64_t>(problem.sources.size())};
    std::vector<std::uint32_t> nodes;
    std::vector<double> costs;
    for (const std::uint32_t source : problem.sources) {
        search(source, labels);
        sizes.push_back(labels.reached);
        for (std::int64_t i = 0; i < labels.reached; ++i) {
            nodes.push_back(labels.touched[i]);
            costs.push_back(labels.cost[labels.touched[i]]);
        }
        labels.wipe();
    }
    std::ofstream file(path, std::ios::binary);
    const auto put = [&file](const auto& values) {
        file.write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(values[0])));
    };
    put(sizes);
    put(nodes);
    put(costs);
}

template <class Search>
void measure(const Problem& problem, int passes, const char* path) {
    Search search(problem);
    Labels labels(problem.first.size() - 1);
    std::int64_t reached = 0;
    std::string seconds;
    for (int i = 0; i < passes; ++i) {
        reached = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (const std::uint32_t source : problem.sources) {
            search(source, labels);
            reached += labels.reached;
            labels.wipe();
        }
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        seconds += (i ? ", " : "") + std::to_string(took.count());
    }
    std::printf("{\"laps\": [%s], \"reached\": %lld, \"peak\": %.3f}\n", seconds.c_str(),
                static_cast<long long>(reached), peak_megabytes());
    write_answer(problem, search, labels, path);
}

}  // namespace

int main(int count, char** words) {
    if (count != 5) {
        std::fprintf(stderr, "search <problem> <indexed|lazy|buckets> <passes> <answer>\n");
        return 2;
    }
    const Problem problem = read_problem(words[1]);
    const std::string queue = words[2];
    const int passes = std::atoi(words[3]);
    if (queue == "indexed") measure<HeapSearch<IndexedHeap>>(problem, passes, words[4]);
    if (queue == "lazy") measure<HeapSearch<LazyHeap>>(problem, passes, words[4]);
    if (queue == "buckets") measure<BucketSearch>(problem, passes, words[4]);
    return 0;
}
