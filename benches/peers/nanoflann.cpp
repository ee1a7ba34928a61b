// nanoflann's k-d tree with a plain maximum metric, as one writes it from its examples.
//
// The tree adds up the distances of the axes to decide what it may leave out. That is right for sums, and
// wrong for a maximum: it leaves out too much, and counts are too small. Its score shows it.
#include <algorithm>
#include <cmath>
#include <nanoflann.hpp>

#include "peer.hpp"

template <int D>
struct Cloud {
    const std::vector<std::array<double, D>>& points;
    std::size_t kdtree_get_point_count() const { return points.size(); }
    double kdtree_get_pt(std::size_t idx, std::size_t axis) const { return points[idx][axis]; }
    template <class Box>
    bool kdtree_get_bbox(Box&) const {
        return false;
    }
};

template <int D>
struct Maximum {
    using ElementType = double;
    using DistanceType = double;
    const Cloud<D>& cloud;
    explicit Maximum(const Cloud<D>& all) : cloud(all) {}
    double evalMetric(const double* a, std::size_t idx, std::size_t size, double = -1) const {
        double distance = 0;
        for (std::size_t axis = 0; axis < size; ++axis) {
            distance = std::max(distance, std::abs(a[axis] - cloud.kdtree_get_pt(idx, axis)));
        }
        return distance;
    }
    template <typename U, typename V>
    double accum_dist(const U a, const V b, std::size_t) const {
        return std::abs(a - b);
    }
};

// Counts what the tree finds within the radius, and keeps nothing.
struct Found {
    double radius;
    std::size_t count = 0;
    void init() { count = 0; }
    void clear() { count = 0; }
    std::size_t size() const { return count; }
    bool full() const { return true; }
    bool addPoint(double distance, std::size_t) {
        count += distance <= radius;
        return true;
    }
    double worstDist() const { return std::nextafter(radius, INFINITY); }
};

template <int D>
class Peer {
    using Tree = nanoflann::KDTreeSingleIndexAdaptor<Maximum<D>, Cloud<D>, D>;
    Cloud<D> cloud;
    Tree tree;

public:
    explicit Peer(const Task<D>& task) : cloud{task.samples}, tree(D, cloud) { tree.buildIndex(); }
    std::size_t count(const std::array<double, D>& center, double width) const {
        Found found{width / 2};
        tree.findNeighbors(found, center.data(), nanoflann::SearchParams());
        return found.count;
    }
};

int main(int argc, char** argv) {
    char version[16];
    std::snprintf(version, sizeof version, "%x.%x.%x", NANOFLANN_VERSION >> 8, NANOFLANN_VERSION >> 4 & 15,
                  NANOFLANN_VERSION & 15);
    return serve<Peer>(argc, argv, version);
}
