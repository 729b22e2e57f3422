// The page's files inside the program. In C because `#embed` copies them at no cost, where the same
// bytes as a Swift array take the compiler ten seconds, and because the compiler then knows to build
// again when one of them changes.

#include "dashboard.h"

static const unsigned char index_html[] = {
#embed "../Server/Dashboard/index.html"
};
static const unsigned char app_css[] = {
#embed "../Server/Dashboard/app.css"
};
static const unsigned char icon_svg[] = {
#embed "../Server/Dashboard/icon.svg"
};
static const unsigned char app_js[] = {
#embed "../Server/Dashboard/app.js"
};
static const unsigned char api_js[] = {
#embed "../Server/Dashboard/api.js"
};
static const unsigned char card_js[] = {
#embed "../Server/Dashboard/card.js"
};
static const unsigned char draw_js[] = {
#embed "../Server/Dashboard/draw.js"
};
static const unsigned char feed_js[] = {
#embed "../Server/Dashboard/feed.js"
};
static const unsigned char live_js[] = {
#embed "../Server/Dashboard/live.js"
};
static const unsigned char people_js[] = {
#embed "../Server/Dashboard/people.js"
};

#define SCRIPT "text/javascript; charset=utf-8"

static const updraft_page_file files[] = {
    {"index.html", "text/html; charset=utf-8", index_html, sizeof index_html},
    {"app.css", "text/css; charset=utf-8", app_css, sizeof app_css},
    {"icon.svg", "image/svg+xml", icon_svg, sizeof icon_svg},
    {"app.js", SCRIPT, app_js, sizeof app_js},
    {"api.js", SCRIPT, api_js, sizeof api_js},
    {"card.js", SCRIPT, card_js, sizeof card_js},
    {"draw.js", SCRIPT, draw_js, sizeof draw_js},
    {"feed.js", SCRIPT, feed_js, sizeof feed_js},
    {"live.js", SCRIPT, live_js, sizeof live_js},
    {"people.js", SCRIPT, people_js, sizeof people_js},
};

const updraft_page_file *updraft_page_files(size_t *count) {
  *count = sizeof files / sizeof *files;
  return files;
}
