// Boost.Geometry's R-tree, packed when it is built, results counted by an output iterator.
#include <boost/geometry.hpp>
#include <boost/geometry/index/rtree.hpp>
#include <boost/version.hpp>

#include "peer.hpp"

namespace geometry = boost::geometry;

template <int D, int Axis = 0>
void set(geometry::model::point<double, D, geometry::cs::cartesian>& point, const double* values) {
    if constexpr (Axis < D) {
        geometry::set<Axis>(point, values[Axis]);
        set<D, Axis + 1>(point, values);
    }
}

template <int D>
class Peer {
    using Point = geometry::model::point<double, D, geometry::cs::cartesian>;
    using Tree = geometry::index::rtree<Point, geometry::index::rstar<16>>;
    Tree tree;

    static Point point(const double* values) {
        Point result;
        set<D>(result, values);
        return result;
    }
    static std::vector<Point> all(const Task<D>& task) {
        std::vector<Point> result;
        for (const auto& sample : task.samples) result.push_back(point(sample.data()));
        return result;
    }

public:
    explicit Peer(const Task<D>& task) : tree(all(task)) {}
    std::size_t count(const std::array<double, D>& center, double width) const {
        std::array<double, D> low, high;
        for (int axis = 0; axis < D; ++axis) {
            low[axis] = center[axis] - width / 2;
            high[axis] = center[axis] + width / 2;
        }
        const geometry::model::box<Point> box(point(low.data()), point(high.data()));
        std::size_t count = 0;
        tree.query(geometry::index::intersects(box), Counting{&count});
        return count;
    }
};

int main(int argc, char** argv) {
    char version[16];
    std::snprintf(version, sizeof version, "%d.%d.%d", BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000,
                  BOOST_VERSION % 100);
    return serve<Peer>(argc, argv, version);
}
