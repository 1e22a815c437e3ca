/* Linear layers in int8 tiles, 32 tokens at a time. While one panel of outputs is multiplied, the sums of the one before are finished. */

#ifndef GONGKAI_LINEAR_H
#define GONGKAI_LINEAR_H

#include "panels.h"

/* The bytes of two tiles, which one step takes of the rows and of the weights; the steps in whose shadow a panel is finished. */
enum { STEP = 2 * TILE_BYTES, SHADOW = 6 };

typedef struct __attribute__((packed)) { uint8_t palette, start, unused[14]; uint16_t columns[16]; uint8_t rows[16]; } Tiles;

static inline int rounded(int number, int step) { return (number + step - 1) / step * step; }

/* Everything written so far is in memory. GCC must be told before tiles are read from there: to it their loads read nothing. */
static INLINE void settle(const void *written) { __asm__ volatile("" : : "r"(written) : "memory"); }

/* All eight tiles full: 16 rows of 64 bytes. */
static void open_tiles(void) {
    Tiles tiles = {.palette = 1};
    for (int i = 0; i < 8; i++) tiles.columns[i] = 64, tiles.rows[i] = TILE;
    settle(&tiles);
    _tile_loadconfig(&tiles);
}

/* Weights are streamed: each is read once for 32 rows, and must not drive those out of the first cache. */
static INLINE void load_first(const int8_t *rows, const int8_t *weights) {
    _tile_loadd(4, rows, 64);
    _tile_stream_loadd(6, weights, 64);
    _tile_stream_loadd(7, weights + TILE_BYTES, 64);
    _tile_loadd(5, rows + TILE_BYTES, 64);
}

/* Of the 32 rows of a panel, those that belong behind product `number` of the 4 x SHADOW in whose shadow they are finished. */
static INLINE void finish_part(Use use, const Panel *panel, int number) {
    enum { PRODUCTS = 4 * SHADOW, TWOS = BLOCK / 2 };
    if (use != NOTHING)
        for (int two = number * TWOS / PRODUCTS; two < (number + 1) * TWOS / PRODUCTS; two++) finish(use, panel, 2 * two);
}

/* Step `number` of a panel: multiplies what is loaded, and loads what comes next; between the products, the panel before is finished:
 * a processor that finds only products, or only what follows from them, in its window has the other half of itself idle. */
static INLINE void step(const int8_t *next_rows, const int8_t *next_weights, Use use, const Panel *before, int number) {
    _tile_dpbssd(0, 4, 6);
    finish_part(use, before, 4 * number);
    _tile_dpbssd(1, 4, 7);
    _tile_loadd(4, next_rows, 64);
    finish_part(use, before, 4 * number + 1);
    _tile_dpbssd(2, 5, 6);
    _tile_stream_loadd(6, next_weights, 64);
    finish_part(use, before, 4 * number + 2);
    _tile_dpbssd(3, 5, 7);
    _tile_stream_loadd(7, next_weights + TILE_BYTES, 64);
    _tile_loadd(5, next_rows + TILE_BYTES, 64);
    finish_part(use, before, 4 * number + 3);
}

/* The tiles of a panel: `count` steps of rows and weights, and the weights of the next panel, which takes the same rows. */
typedef struct { const int8_t *rows, *weights, *next; int count; } Steps;

/* The tiles that are loaded after step `number`. */
static INLINE const int8_t *rows_after(Steps steps, int number) {
    return number + 1 == steps.count ? steps.rows : steps.rows + (size_t)(number + 1) * STEP;
}

static INLINE const int8_t *weights_after(Steps steps, int number) {
    return number + 1 == steps.count ? steps.next : steps.weights + (size_t)(number + 1) * STEP;
}

/* The first SHADOW steps of a panel. `before` is a copy: what is written through it could change the original, and would have it read
 * again after each number. */
static INLINE void shadow(Steps steps, Use use, Panel before) {
#pragma GCC unroll 6
    for (int number = 0; number < SHADOW - 1; number++)
        step(steps.rows + (number + 1) * STEP, steps.weights + (number + 1) * STEP, use, &before, number);
    step(rows_after(steps, SHADOW - 1), weights_after(steps, SHADOW - 1), use, &before, SHADOW - 1);
}

static INLINE void finish_all(Use use, Panel panel) {
    for (int row = 0; row < BLOCK; row += 2) finish(use, &panel, row);
}

/* `then` of a panel with its use, which the compiler knows in each case. */
#define BY_USE(then, panel)                      \
    switch ((panel)->use) {                      \
        case NOTHING: then(NOTHING); break;      \
        case STORED: then(STORED); break;        \
        case ADDED: then(ADDED); break;          \
        case MORE: then(MORE); break;            \
        case WIDENED: then(WIDENED); break;      \
        case QUERIES: then(QUERIES); break;      \
        case KEYS: then(KEYS); break;            \
        case VALUES: then(VALUES); break;        \
    }

static INLINE void finish_panel(const Panel *panel) {
#define FINISH(use) if (use != NOTHING) finish_all(use, *panel)
    BY_USE(FINISH, panel)
#undef FINISH
}

/* The first steps of a panel, with the panel before finished; returns how many. */
static INLINE int begin_panel(Steps steps, const Panel *before) {
    if (steps.count < SHADOW) {
        finish_panel(before);
        return 0;
    }
#define OVERLAP(use) shadow(steps, use, *before)
    BY_USE(OVERLAP, before)
#undef OVERLAP
    return SHADOW;
}

static INLINE void store_sums(int32_t *sums) {
    _tile_stored(0, sums, 128);
    _tile_stored(1, sums + TILE, 128);
    _tile_stored(2, sums + TILE * BLOCK, 128);
    _tile_stored(3, sums + TILE * BLOCK + TILE, 128);
}

/* 32 rows of int8 (`tiles`) through the linear layer of `to`. */
static void multiply(const int8_t *tiles, Use use, const Target *to) {
    int32_t sums[2][BLOCK * BLOCK] ALIGNED;
    const Linear *linear = to->linear;
    Panel before = {.use = NOTHING};
    Steps steps = {tiles, linear->tiles, linear->tiles, linear->in / DEPTH};
    settle(tiles);
    load_first(tiles, linear->tiles);
    for (int column = 0; column < linear->out; column += BLOCK, steps.weights = steps.next) {
        int32_t *now = sums[column / BLOCK % 2];
        steps.next = column + BLOCK < linear->out ? steps.weights + (size_t)steps.count * STEP : linear->tiles;
        _tile_zero(0);
        _tile_zero(1);
        _tile_zero(2);
        _tile_zero(3);
        for (int number = begin_panel(steps, &before); number < steps.count; number++)
            step(rows_after(steps, number), weights_after(steps, number), NOTHING, &before, number);
        store_sums(now);
        before = panel_at(use, to, now, column);
    }
    finish_panel(&before);
}

#endif
