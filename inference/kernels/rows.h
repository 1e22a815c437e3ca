/* Rows of a multiple of 64 numbers: normalised, and in int8 as tiles read them. */

#ifndef GONGKAI_ROWS_H
#define GONGKAI_ROWS_H

#include "vectors.h"

typedef struct { const float *weight, *bias; } Norm;

/* What gives a row the mean 0 and the variance 1: `factor` times a number, plus `shift`. */
typedef struct { float factor, shift; } Unit;

static INLINE Unit unit_of(const float *row, int size, float epsilon) {
    __m512 sums[4], squares[4];
    for (int j = 0; j < 4; j++) sums[j] = squares[j] = _mm512_setzero_ps();
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) {
            const __m512 x = _mm512_load_ps(row + i + j * LANES);
            sums[j] = _mm512_add_ps(sums[j], x);
            squares[j] = _mm512_fmadd_ps(x, x, squares[j]);
        }
    const float mean = added(sums) / (float)size, variance = added(squares) / (float)size - mean * mean;
    const float factor = 1.0f / root((variance > 0 ? variance : 0) + epsilon);
    return (Unit){factor, -mean * factor};
}

/* Normalises a row and returns the largest absolute value in it. */
static INLINE float normalise(float *row, int size, Unit unit, Norm norm) {
    const __m512 factor = _mm512_set1_ps(unit.factor), shift = _mm512_set1_ps(unit.shift);
    __m512 top[4];
    for (int j = 0; j < 4; j++) top[j] = _mm512_setzero_ps();
    for (int i = 0; i < size; i += 4 * LANES)
        for (int j = 0; j < 4; j++) {
            const int at = i + j * LANES;
            const __m512 x = _mm512_fmadd_ps(_mm512_load_ps(row + at), factor, shift);
            const __m512 value = _mm512_fmadd_ps(x, _mm512_load_ps(norm.weight + at), _mm512_load_ps(norm.bias + at));
            _mm512_store_ps(row + at, value);
            top[j] = larger(top[j], value);
        }
    return largest(top);
}

/* The largest absolute value in a row of numbers in fp16. */
static INLINE float limit_of(const uint16_t *row, int size) {
    __m512h top[2] = {_mm512_setzero_ph(), _mm512_setzero_ph()};
    for (int i = 0; i < size; i += 2 * PAIRS)
        for (int j = 0; j < 2; j++) top[j] = _mm512_max_ph(top[j], _mm512_abs_ph(_mm512_load_ph(row + i + j * PAIRS)));
    return (float)_mm512_reduce_max_ph(_mm512_max_ph(top[0], top[1]));
}

/* The factor that makes steps of int8 of numbers up to `limit`. */
static inline float steps_of(float limit) { return limit > 0 ? 127.0f / limit : 0.0f; }

/* A row of numbers up to `limit` in int8, to a row of a block of tiles; returns what one step is worth. Packing takes four numbers in
 * turn from each 16 of 64: inputs stand in that order in the weights, too. */
static INLINE float quantise(const float *row, float limit, int size, int8_t *to) {
    const __m512 factor = _mm512_set1_ps(steps_of(limit));
    for (int i = 0; i < size; i += DEPTH, to += BLOCK * DEPTH) {
        __m512i steps[4];
        for (int j = 0; j < 4; j++) steps[j] = _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_load_ps(row + i + j * LANES), factor));
        _mm512_store_si512(to, _mm512_packs_epi16(_mm512_packs_epi32(steps[0], steps[1]), _mm512_packs_epi32(steps[2], steps[3])));
    }
    return limit / 127.0f;
}

/* The same of a row in fp16, which stands by fours in turn from both halves of 32. */
static INLINE float quantise_halves(const uint16_t *row, float limit, int size, int8_t *to) {
    const _Float16 factor = (_Float16)(steps_of(limit) < 60000.0f ? steps_of(limit) : 60000.0f);
    const __m512h factors = _mm512_set1_ph(factor);
    for (int i = 0; i < size; i += DEPTH, to += BLOCK * DEPTH) {
        const __m512i low = _mm512_cvtph_epi16(_mm512_mul_ph(_mm512_load_ph(row + i), factors));
        const __m512i high = _mm512_cvtph_epi16(_mm512_mul_ph(_mm512_load_ph(row + i + PAIRS), factors));
        _mm512_store_si512(to, _mm512_packs_epi16(low, high));
    }
    return factor > 0 ? 1.0f / (float)factor : 0.0f;
}

#endif
