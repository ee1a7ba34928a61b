// The protocol of a peer, for those in C++: see README.md.
//
// A peer calls serve() with a class template over the dimension: its constructor takes the task and builds
// the index, count(center, width) answers. Reading files, clocks and answers are here, once.
#pragma once

#ifdef __linux__
#include <sys/prctl.h>

#include <csignal>
#endif

#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

template <int D>
struct Task {
    std::vector<std::array<double, D>> samples;
    std::vector<std::array<double, D>> centers;
    std::vector<double> widths;
};

// Counts what is written to it and keeps nothing.
struct Counting {
    using iterator_category = std::output_iterator_tag;
    using value_type = void;
    using difference_type = std::ptrdiff_t;
    using pointer = void;
    using reference = void;
    std::size_t* count;
    Counting& operator*() { return *this; }
    Counting& operator++() { return *this; }
    Counting& operator++(int) { return *this; }
    template <typename T>
    Counting& operator=(const T&) {
        ++*count;
        return *this;
    }
};

// The values of an .npy file of little-endian doubles in C order.
inline std::vector<double> npy(const std::string& path, std::size_t* rows) {
    std::ifstream file(path, std::ios::binary);
    char magic[8];
    std::uint16_t length = 0;
    file.read(magic, 8);
    file.read(reinterpret_cast<char*>(&length), 2);
    std::string header(length, ' ');
    file.read(&header[0], length);
    const std::size_t shape = header.find("'shape': (");
    if (!file || magic[6] != 1 || header.find("'<f8'") == std::string::npos || shape == std::string::npos) {
        throw std::runtime_error(path + ": not understood");
    }
    *rows = std::strtoull(header.c_str() + shape + 10, nullptr, 10);
    std::vector<double> values;
    const auto begin = file.tellg();
    file.seekg(0, std::ios::end);
    values.resize((file.tellg() - begin) / sizeof(double));
    file.seekg(begin);
    file.read(reinterpret_cast<char*>(values.data()), values.size() * sizeof(double));
    return values;
}

template <int D>
std::vector<std::array<double, D>> points(const std::vector<double>& values) {
    std::vector<std::array<double, D>> result(values.size() / D);
    std::memcpy(result.data(), values.data(), result.size() * D * sizeof(double));
    return result;
}

template <template <int> class Peer, int D>
void rounds(const char* version, const std::vector<double>& samples, const std::vector<double>& centers,
            const std::vector<double>& widths) {
    using Clock = std::chrono::steady_clock;
    using std::chrono::nanoseconds;
    const Task<D> task{points<D>(samples), points<D>(centers), widths};
    std::cout << "ready " << version << std::endl;
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string round, number, path;
        int passes = 0;
        words >> round >> number >> passes >> std::ws;
        std::getline(words, path);
        nanoseconds build{0}, query{0};
        std::vector<double> counts;
        for (int pass = 0; pass < passes; ++pass) {
            counts.clear();
            const auto begin = Clock::now();
            const Peer<D> peer(task);
            const auto between = Clock::now();
            for (const auto& center : task.centers) {
                for (const double width : task.widths) {
                    counts.push_back(static_cast<double>(peer.count(center, width)));
                }
            }
            query += Clock::now() - between;
            build += between - begin;
        }
        if (!path.empty()) {
            std::ofstream file(path, std::ios::binary);
            file.write(reinterpret_cast<const char*>(counts.data()), counts.size() * sizeof(double));
        }
        std::cout << number << ' ' << build.count() << ' ' << query.count() << std::endl;
    }
}

template <template <int> class Peer>
int serve(int argc, char** argv, const char* version) {
    if (argc < 3) {
        std::cerr << "expected a folder and a number of threads\n";
        return 2;
    }
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // whoever asks may be killed in the middle of a job
#endif
    const std::string folder = argv[argc - 2];
    std::size_t n = 0, m = 0, w = 0;
    const auto samples = npy(folder + "/samples.npy", &n);
    const auto centers = npy(folder + "/centers.npy", &m);
    const auto widths = npy(folder + "/widths.npy", &w);
    switch (n == 0 ? 0 : samples.size() / n) {
        case 2: rounds<Peer, 2>(version, samples, centers, widths); return 0;
        case 3: rounds<Peer, 3>(version, samples, centers, widths); return 0;
        case 4: rounds<Peer, 4>(version, samples, centers, widths); return 0;
        case 6: rounds<Peer, 6>(version, samples, centers, widths); return 0;
        case 8: rounds<Peer, 8>(version, samples, centers, widths); return 0;
        default: std::cout << "refused compiled for 2, 3, 4, 6 and 8 dimensions" << std::endl; return 0;
    }
}
