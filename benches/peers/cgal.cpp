// CGAL's k-d tree and an exact iso box, results counted by an output iterator.
#include <CGAL/Fuzzy_iso_box.h>
#include <CGAL/Kd_tree.h>
#include <CGAL/Search_traits.h>
#include <CGAL/version.h>

#include <utility>

#include "peer.hpp"

template <int D>
struct Coordinates {
    using result_type = const double*;
    const double* operator()(const std::array<double, D>& point) const { return point.data(); }
    const double* operator()(const std::array<double, D>& point, int) const { return point.data() + D; }
};

// Points of any fixed dimension; a box is the pair of its corners.
template <int D>
struct Traits : CGAL::Search_traits<double, std::array<double, D>, const double*, Coordinates<D>,
                                    CGAL::Dimension_tag<D>> {
    using Point = std::array<double, D>;
    using Iso_box_d = std::pair<Point, Point>;
    struct Construct_iso_box_d {
        Iso_box_d operator()(const Point& low, const Point& high) const { return {low, high}; }
    };
    struct Construct_min_vertex_d {
        using result_type = Point;
        Point operator()(const Iso_box_d& box) const { return box.first; }
    };
    struct Construct_max_vertex_d {
        using result_type = Point;
        Point operator()(const Iso_box_d& box) const { return box.second; }
    };
};

template <int D>
class Peer {
    using Point = std::array<double, D>;
    using Tree = CGAL::Kd_tree<Traits<D>>;
    Tree tree;

public:
    explicit Peer(const Task<D>& task) : tree(task.samples.begin(), task.samples.end()) { tree.build(); }
    std::size_t count(const Point& center, double width) const {
        Point low, high;
        for (int axis = 0; axis < D; ++axis) {
            low[axis] = center[axis] - width / 2;
            high[axis] = center[axis] + width / 2;
        }
        std::size_t count = 0;
        tree.search(Counting{&count}, CGAL::Fuzzy_iso_box<Traits<D>>(low, high, 0.0, tree.traits()));
        return count;
    }
};

int main(int argc, char** argv) { return serve<Peer>(argc, argv, CGAL_VERSION_STR); }
