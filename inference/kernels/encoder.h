/* A BERT encoder with its token-classification head, one window at a time, on a processor with AMX.
 *
 * Weights are int8 with one scale for each output; activations are int8 with one scale for each token, so that neither
 * the other tokens nor another window nor the number of threads changes what a token is given: the same window has the same
 * scores, bit by bit. Attention multiplies in bf16 and sums in fp32. All that is no product of matrices is computed in fp32, but what a
 * token takes from others, GELU and what goes into it in fp16.
 *
 * Tokens go through a linear layer in blocks of 32 (two tiles), one linear layer after another, so that its weights stay in the second
 * cache; only attention looks at the whole window. A token of which an early head is certain stops: it is looked at, not computed.
 * `packed.py` lays the weights out in the order in which `run` takes them.
 */

#ifndef GONGKAI_ENCODER_H
#define GONGKAI_ENCODER_H

#include "parts.h"

/* Inputs that the wide layer's weights are split by: what 32 tokens have of as many fits into the first cache. */
enum { AT_ONCE = 768 };

/* Normalises 32 tokens, and has them in int8, too; four at a time, as one waits for its sums. */
static void renew(const Block *block, const Shape *shape, Norm norm) {
    enum { ROWS = 4 };
    const int hidden = shape->hidden;
    for (int first = 0; first < BLOCK; first += ROWS) {
        float *tokens = block->tokens + (size_t)first * hidden, limits[ROWS];
        Unit units[ROWS];
        for (int row = 0; row < ROWS; row++) units[row] = unit_of(tokens + row * hidden, hidden, shape->epsilon);
        for (int row = 0; row < ROWS; row++) limits[row] = normalise(tokens + row * hidden, hidden, units[row], norm);
        for (int row = 0; row < ROWS; row++)
            block->steps[first + row] = quantise(tokens + row * hidden, limits[row], hidden, block->tiles + (first + row) * DEPTH);
    }
}

/* What tokens become of what they took from others. */
static void take_in(const Layer *layer, const Shape *shape, const Workspace *space, const Block *block) {
    const int hidden = shape->hidden;
    float limits[BLOCK], steps[BLOCK];
    for (int row = 0; row < BLOCK; row++) limits[row] = limit_of(block->mixed + (size_t)row * hidden, hidden);
    for (int row = 0; row < BLOCK; row++)
        steps[row] = quantise_halves(block->mixed + (size_t)row * hidden, limits[row], hidden, space->taken + row * DEPTH);
    multiply(space->taken, ADDED, &(Target){.linear = &layer->attended, .steps = steps, .rows = block->tokens});
    renew(block, shape, layer->after_attention);
}

/* A number in fp16, twice, by 2^`power`. */
static uint32_t twice(float number, int power) {
    const union { _Float16 number; uint16_t bits; } half = {(_Float16)(number * (float)(1 << power))};
    return half.bits * 0x10001u;
}

/* The wide layer between, in int8 tiles. */
static void widen(const Layer *layer, const Shape *shape, const Workspace *space, const Block *block) {
    __m512h tops[BLOCK];
    uint32_t pairs[BLOCK];
    for (int row = 0; row < BLOCK; row++) {
        tops[row] = _mm512_set1_ph((_Float16)0.17f);  /* GELU gives no less than its negative */
        pairs[row] = twice(block->steps[row], shape->shift);
    }
    multiply(block->tiles, WIDENED,
             &(Target){.linear = &layer->widened, .halves = space->halves, .tops = tops, .pairs = pairs, .shift = shape->shift});
    for (int row = 0; row < BLOCK; row++) {
        const uint16_t *wide = space->halves + (size_t)row * shape->wide;
        block->wide_steps[row] = quantise_halves(wide, (float)_mm512_reduce_max_ph(tops[row]), shape->wide, block->widened + row * DEPTH);
    }
}

/* The inputs from `from` on of the layer after the wide one, as weights stand: those of all outputs together. */
static Linear part_of(const Linear *linear, int from) {
    Linear part = *linear;
    part.in = linear->in - from < AT_ONCE ? linear->in - from : AT_ONCE;
    part.tiles += (size_t)from * linear->out;
    return part;
}

static void narrow_down(const Layer *layer, const Shape *shape, const Workspace *space, int live) {
    for (int from = 0; from < shape->wide; from += AT_ONCE) {
        const Linear part = part_of(&layer->narrowed, from);
        for (int first = 0; first < live; first += BLOCK) {
            const Block block = block_at(space, shape, first);
            const Target to = {.linear = &part, .steps = block.wide_steps, .rows = block.tokens};
            multiply(block.widened + (size_t)from * BLOCK, from ? MORE : ADDED, &to);
            if (from + part.in == shape->wide) renew(&block, shape, layer->after_wide);
        }
    }
}

/* The queries, keys and values of the rows that go on, the keys and values of the others. */
static void ask(const Layer *layer, const Shape *shape, const Window *window, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const Linear *all = &layer->qkv;
    const Linear looked_at = {all->tiles + (size_t)hidden * hidden, all->scale + hidden, all->bias + hidden, hidden, 2 * hidden};
    for (int first = 0; first < window->length; first += BLOCK) {
        const int goes_on = first < window->live;
        const Target to = {.linear = goes_on ? all : &looked_at, .steps = space->steps + first, .attention = &space->attention,
                           .hidden = hidden, .size = size, .length = window->length, .first = first, .skipped = goes_on ? 0 : hidden};
        multiply(space->tiles + (size_t)first * hidden, QUERIES, &to);
    }
}

static void run_layer(const Layer *layer, const Shape *shape, const Window *window, const Workspace *space) {
    const int hidden = shape->hidden, size = hidden / shape->heads;
    const Attention *all = &space->attention;
    ask(layer, shape, window, space);
    for (int head = 0; head < shape->heads; head++) {
        const size_t start = (size_t)head * window->length * size;
        const Head one = {all->query + start, all->key + start, all->value + start, all->weights, size, window->real, window->length};
        attend(&one, window->live, space->mixed + head * size, hidden);
    }
    for (int first = 0; first < window->live; first += BLOCK) {
        const Block block = block_at(space, shape, first);
        take_in(layer, shape, space, &block);
    }
    for (int first = 0; first < window->live; first += BLOCK) {
        const Block block = block_at(space, shape, first);
        widen(layer, shape, space, &block);
    }
    narrow_down(layer, shape, space, window->live);
}

static void embed(Store *weights, const Shape *shape, const int64_t *ids, int real, int length, const Workspace *space) {
    const int hidden = shape->hidden;
    const uint16_t *words = take(weights, sizeof(uint16_t) * hidden * shape->words);  /* fp16 */
    const float *positions = take(weights, sizeof(float) * hidden * shape->positions);
    const Norm norm = take_norm(weights, hidden);
    memset(space->tokens + (size_t)real * hidden, 0, sizeof(float) * hidden * (length - real));
    memset(space->tiles + (size_t)(length - BLOCK) * hidden, 0, (size_t)BLOCK * hidden);
    memset(space->steps + real, 0, sizeof(float) * (length - real));
    for (int token = 0; token < real; token++) {
        const uint16_t *word = words + (size_t)ids[token] * hidden;
        const float *position = positions + (size_t)token * hidden;
        float *row = space->tokens + (size_t)token * hidden;
        for (int i = 0; i < hidden; i += LANES)
            _mm512_store_ps(row + i, _mm512_add_ps(wide(word + i), _mm512_load_ps(position + i)));
        const float limit = normalise(row, hidden, unit_of(row, hidden, shape->epsilon), norm);
        space->steps[token] = quantise(row, limit, hidden, tile_row(space, shape, token));
    }
}

/* The scores of the rows that went through all layers so far, each to the place of its token; the last scored block is in `rows`. */
static void score_block(const Linear *head, const Shape *shape, const Window *window, const Workspace *space, int first, float *logits) {
    const Target to = {.linear = head, .steps = space->steps + first, .rows = space->rows};
    multiply(space->tiles + (size_t)first * shape->hidden, STORED, &to);
    for (int row = 0; row < BLOCK && first + row < window->real; row++) {
        float *at = logits + (size_t)space->places[first + row] * shape->tags;
        memcpy(at, space->rows + (size_t)row * head->out, sizeof(float) * shape->tags);
    }
}

/* Whether the best of a row of scores has at least the probability `least`. */
static int is_certain(const float *scores, int tags, float least) {
    __m512 top = _mm512_set1_ps(-__builtin_inff()), sum = _mm512_setzero_ps();
    for (int tag = 0; tag < tags; tag += LANES) top = _mm512_mask_max_ps(top, lanes(tags - tag), top, _mm512_load_ps(scores + tag));
    const __m512 peak = _mm512_set1_ps(_mm512_reduce_max_ps(top));
    for (int tag = 0; tag < tags; tag += LANES) {
        const __m512 below = _mm512_mul_ps(_mm512_sub_ps(_mm512_load_ps(scores + tag), peak), _mm512_set1_ps(LOG2_E));
        sum = _mm512_add_ps(sum, power_of_two(below, lanes(tags - tag)));
    }
    return _mm512_reduce_add_ps(sum) * least <= 1.0f;
}

static void swap_lines(void *one, void *other) {
    const __m512i kept = _mm512_load_si512(one);
    _mm512_store_si512(one, _mm512_load_si512(other));
    _mm512_store_si512(other, kept);
}

static void swap_rows(const Workspace *space, const Shape *shape, int one, int other) {
    const int hidden = shape->hidden;
    for (int i = 0; i < hidden; i += LANES)
        swap_lines(space->tokens + (size_t)one * hidden + i, space->tokens + (size_t)other * hidden + i);
    for (int i = 0; i < hidden; i += DEPTH)
        swap_lines(tile_row(space, shape, one) + (size_t)i * BLOCK, tile_row(space, shape, other) + (size_t)i * BLOCK);
    const float step = space->steps[one];
    space->steps[one] = space->steps[other], space->steps[other] = step;
    const int place = space->places[one];
    space->places[one] = space->places[other], space->places[other] = place;
}

/* Whether all tokens near one are certain (`model/exits.py` has the same NEAR). */
static int all_near(const uint8_t *certain, int real, int token) {
    const int first = token > NEAR ? token - NEAR : 0, last = token + NEAR < real ? token + NEAR : real - 1;
    int all = 1;
    for (int other = first; other <= last; other++) all &= certain[other];
    return all;
}

/* Scores all rows that go on by an early head; those stop of whose tag it is certain, and of those near that did not stop before: where one
 * is in doubt, those round it are still computed for it to look at. Whole blocks go on: a last one that is not full takes rows
 * along that would have stopped. */
static void stop_certain(const Linear *head, const Shape *shape, Window *window, const Workspace *space, float *logits) {
    for (int first = 0; first < window->live; first += BLOCK) {
        score_block(head, shape, window, space, first, logits);
        for (int row = 0; row < BLOCK && first + row < window->real; row++)
            space->certain[space->places[first + row]] = is_certain(space->rows + (size_t)row * head->out, shape->tags, shape->certain);
    }
    for (int row = 0; row < window->live; row++)
        space->stopped[row] = row >= window->real || all_near(space->certain, window->real, space->places[row]);
    int going = 0, end = window->live;
    for (;; swap_rows(space, shape, going++, --end)) {
        while (going < end && !space->stopped[going]) going++;
        while (going < end && space->stopped[end - 1]) end--;
        if (going == end) break;
    }
    window->live = rounded(going, BLOCK);
}

static void run(Store weights, const Shape *shape, const int64_t *ids, int real, Store scratch, float *logits) {
    const int length = rounded(real, BLOCK);
    const Workspace space = take_workspace(&scratch, shape, length);
    Window window = {real, length, length};
    open_tiles();
    embed(&weights, shape, ids, real, length, &space);
    for (int row = 0; row < length; row++) space.places[row] = row;
    for (int number = 1; number <= shape->layers; number++) {
        const Layer layer = take_layer(&weights, shape);
        run_layer(&layer, shape, &window, &space);
        if (stops_after(shape, number)) {
            const Linear head = take_linear(&weights, shape->hidden, shape->tags);
            stop_certain(&head, shape, &window, &space, logits);
        }
    }
    const Linear head = take_linear(&weights, shape->hidden, shape->tags);
    for (int first = 0; first < window.live; first += BLOCK) score_block(&head, shape, &window, &space, first, logits);
    _tile_release();
}

#endif
