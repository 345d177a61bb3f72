// Pictures drawn by gnuplot: this file writes scripts, the program draws.
#include "pictures.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <system_error>

#include "tacit/base/error.hpp"

namespace tacit::app {

namespace {

constexpr const char* style = R"gnuplot(
set encoding utf8
set border lc rgb '#444444'
set tics textcolor rgb '#444444'
set title font ',15' textcolor rgb '#222222' offset 0,0.5
)gnuplot";

bool gnuplot_is_there() { return std::system("command -v gnuplot >/dev/null 2>&1") == 0; }  // NOLINT: constant

/// A path in gnuplot's single quotes.
std::string quoted(const fs::path& path) {
    std::string text(1, '\'');
    for (const char c : path.string()) text.append(c == '\'' ? 2 : 1, c);
    text += '\'';
    return text;
}

/// Runs a script; true if gnuplot was content.
bool run(const std::string& script) {
    std::FILE* pipe = popen("gnuplot 2>/dev/null", "w");
    if (pipe == nullptr) return false;
    const bool written = std::fwrite(script.data(), 1, script.size(), pipe) == script.size();
    return pclose(pipe) == 0 && written;
}

/// Draws a picture twice, as PNG and SVG. `body` is the script without terminal and output.
bool draw(const fs::path& folder, const std::string& name, const char* size, const std::string& body) {
    bool done = true;
    for (const auto& [terminal, suffix] : {std::pair{"pngcairo", ".png"}, std::pair{"svg", ".svg"}}) {
        const fs::path path = folder / (name + suffix);
        const fs::path temporary = folder / ("." + name + suffix + ".tmp");
        done &=
            run(fmt::format("set terminal {} size {} font 'DejaVu Sans,11' background rgb 'white'\nset output {}\n{}{}",
                            terminal, size, quoted(temporary), style, body));
        std::error_code error;
        if (done) fs::rename(temporary, path, error);
        if (!done || error) fs::remove(temporary, error);
    }
    return done;
}

std::string closing_line(bool drawn, const fs::path& folder, const char* names) {
    if (drawn) return fmt::format("pictures -> {}/{{{}}}.{{png,svg}}", folder.string(), names);
    return fmt::format("gnuplot could not draw into '{}'; is the folder writable?", folder.string());
}

constexpr const char* no_gnuplot = "no pictures: gnuplot is not installed (Debian: gnuplot-nox)";

std::string heat_map(const learn::Evaluation& evaluation) {
    const auto side = static_cast<std::size_t>(evaluation.image_side);
    std::string data = "$weights << EOD\n";
    double largest = 0;
    for (std::size_t row = 0; row < side; ++row) {
        for (std::size_t column = 0; column < side; ++column) {
            const double weight = evaluation.weights[1 + row * side + column];
            largest = std::max(largest, std::fabs(weight));
            data += fmt::format("{:.6g} ", weight);
        }
        data += "\n";
    }
    return data + fmt::format(R"gnuplot(EOD
set title "Decrypted weights of the 14 × 14 pixels"
set palette defined (0 '#2166ac', 1 '#67a9cf', 2 '#d1e5f0', 3 '#f7f7f7', 4 '#fddbc7', 5 '#ef8a62', 6 '#b2182b')
set cbrange [-{0}:{0}]
set cblabel "speaks for {2}      ←      weight      →      speaks for {3}" offset 1.5,0
set size ratio 1
set xrange [-0.5:{1}]
set yrange [{1}:-0.5]
unset tics
set cbtics
plot $weights matrix with image notitle
)gnuplot",
                              largest, static_cast<double>(side) - 0.5, evaluation.classes.front(),
                              evaluation.classes.back());
}

std::string points(const char* name, const std::vector<learn::RocPoint>& curve) {
    std::string data = fmt::format("${} << EOD\n", name);
    for (const auto& p : curve) data += fmt::format("{:.6g} {:.6g}\n", p.false_positive_rate, p.true_positive_rate);
    return data + "EOD\n";
}

std::string roc(const learn::Evaluation& evaluation) {
    const learn::EvaluationRecord& r = evaluation.record;
    const std::string lines = fmt::format(R"gnuplot(plot x with lines lw 1 dt 3 lc rgb '#999999' title 'guessing', \
 $clear with lines lw 7 lc rgb '#92c5de' title 'trained in the clear, AUC {:.4f}', \
 $encrypted with lines lw 2 lc rgb '#b2182b' title 'trained on ciphertexts, AUC {:.4f}'
)gnuplot",
                                          r.clear.area_under_roc, r.encrypted.area_under_roc);
    return points("encrypted", evaluation.encrypted_roc) + points("clear", evaluation.clear_roc) +
           fmt::format(R"gnuplot(set multiplot
set title "ROC curve on {} held-out rows"
set size ratio 1
set xrange [0:1]
set yrange [0:1.005]
set xlabel "false positive rate"
set ylabel "true positive rate"
set grid lc rgb '#dddddd'
set key bottom right samplen 3 spacing 1.4
{}unset title
unset key
unset xlabel
unset ylabel
set origin 0.40,0.34
set size 0.46,0.46
set object 1 rectangle from graph 0,0 to graph 1,1 fillcolor rgb 'white' behind
set xrange [0:0.2]
set yrange [0.8:1.002]
set xtics 0.05 font ',9'
set ytics 0.05 font ',9'
{}unset multiplot
)gnuplot",
                       r.held_out_rows, lines, lines);
}

std::string bars(const std::vector<TimedMethod>& methods, int threads) {
    std::string data = "$times << EOD\n";
    double slowest = 0;
    for (const TimedMethod& m : methods) slowest = std::max(slowest, m.seconds);
    for (std::size_t i = 0; i < methods.size(); ++i) {
        const double faster = slowest / methods[i].seconds;
        const std::string times = faster > 1.05 ? fmt::format(" ({:.1f}×)", faster) : "";
        data += fmt::format("{} {:.4g} \"{}\" \"{:.2f} s{}\"\n", i, methods[i].seconds, methods[i].method,
                            methods[i].seconds, times);
    }
    return data + fmt::format(R"gnuplot(EOD
set title "Training on ciphertexts, by circuit ({} {})"
set style fill solid 0.9 noborder
set boxwidth 0.6
set border 3
set xrange [-0.6:{}]
set yrange [0:{:.4g}]
set ylabel "seconds"
set grid ytics lc rgb '#dddddd'
set xtics nomirror scale 0
set ytics nomirror
plot $times using 1:2:xtic(3) with boxes lc rgb '#2166ac' notitle, \
 $times using 1:2:4 with labels offset 0,0.8 font ',12' textcolor rgb '#222222' notitle
)gnuplot",
                              threads, threads == 1 ? "core" : "cores", static_cast<double>(methods.size()) - 0.4,
                              1.15 * slowest);
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (!error) return;
    throw Error(ErrorCode::io_failure, fmt::format("cannot make folder '{}': {}; choose a folder that you may write to",
                                                   folder.string(), error.message()));
}

}  // namespace

std::string draw_evaluation(const learn::Evaluation& evaluation, const fs::path& folder) {
    if (evaluation.encrypted_roc.empty()) return "no pictures: a ROC curve is for two classes";
    if (!gnuplot_is_there()) return no_gnuplot;
    make_folder(folder);
    const bool image = evaluation.image_side > 0;
    const bool weights = !image || draw(folder, "weights", "640,560", heat_map(evaluation));
    return closing_line(draw(folder, "roc", "640,640", roc(evaluation)) && weights, folder,
                        image ? "weights,roc" : "roc");
}

std::string draw_times(const std::vector<TimedMethod>& methods, int threads, const fs::path& folder) {
    if (!gnuplot_is_there()) return no_gnuplot;
    make_folder(folder);
    const bool done = draw(folder, "times", "640,440", bars(methods, threads));
    if (done) return fmt::format("picture -> {}/times.{{png,svg}}", folder.string());
    return closing_line(done, folder, "times");
}

}  // namespace tacit::app
