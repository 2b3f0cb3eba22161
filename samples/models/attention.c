// Causal attention for train.py, forward and backward, fp32, head dimension 32, without ever storing the T x T weights in memory.
// train.py compiles it when a C compiler is there (cc -Ofast -march=native -fopenmp -shared -fPIC) and otherwise uses plain PyTorch.
// Shapes: q, o, dq [batch, heads, T, 32]; k, v, dk, dv [batch, kv, T, 32]; lse (log of each row's sum of exponentials) [batch, heads, T].
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { D = 32, ROWS = 16, LANES = 16 };
typedef float vec __attribute__((vector_size(64), aligned(4)));

// scores[i][j] = scale * a[i] . b[j] for ROWS rows and j < n (n a multiple of 32); b is given d-major: bt[d * stride + j].
static void products(const float *a, const float *bt, long stride, long n, float scale, float *scores, long width)
{
    for (long i = 0; i < ROWS; i += 4)
        for (long j = 0; j < n; j += 2 * LANES) {
            vec s[4][2] = {0};
            for (long d = 0; d < D; d++) {
                const vec *b = (const vec *)(bt + d * stride + j);
                for (int r = 0; r < 4; r++) { float x = a[(i + r) * D + d]; s[r][0] += x * b[0]; s[r][1] += x * b[1]; }
            }
            for (int r = 0; r < 4; r++) { vec *out = (vec *)(scores + (i + r) * width + j); out[0] = s[r][0] * scale; out[1] = s[r][1] * scale; }
        }
}

// out[i] += sum over j < n of w[i][j] * b[j] for ROWS rows.
static void combine(const float *w, long width, const float *b, long n, float *out)
{
    for (long i = 0; i < ROWS; i += 8) {
        vec s[8][2] = {0};
        for (long j = 0; j < n; j++) {
            const vec *x = (const vec *)(b + j * D);
            for (int r = 0; r < 8; r++) { float y = w[(i + r) * width + j]; s[r][0] += y * x[0]; s[r][1] += y * x[1]; }
        }
        for (int r = 0; r < 8; r++) { vec *o = (vec *)(out + (i + r) * D); o[0] += s[r][0]; o[1] += s[r][1]; }
    }
}

// out[j] += sum over the ROWS rows of w[i][j] * a[i], for j < n (n a multiple of 8).
static void scatter(const float *w, long width, const float *a, long n, float *out)
{
    for (long j = 0; j < n; j += 8) {
        vec s[8][2];
        for (int r = 0; r < 8; r++) { vec *o = (vec *)(out + (j + r) * D); s[r][0] = o[0]; s[r][1] = o[1]; }
        for (long i = 0; i < ROWS; i++) {
            const vec *x = (const vec *)(a + i * D);
            for (int r = 0; r < 8; r++) { float y = w[i * width + j + r]; s[r][0] += y * x[0]; s[r][1] += y * x[1]; }
        }
        for (int r = 0; r < 8; r++) { vec *o = (vec *)(out + (j + r) * D); o[0] = s[r][0]; o[1] = s[r][1]; }
    }
}

static void transpose(const float *x, long t, float *xt) { for (long j = 0; j < t; j++) for (long d = 0; d < D; d++) xt[d * t + j] = x[j * D + d]; }

static long visible(long row, long t) { long n = (row + ROWS + 31) / 32 * 32; return n < t ? n : t; }

// T must be a multiple of 32 (the caller pads at the end, where causality hides the padding).
void attention_forward(const float *q, const float *k, const float *v, float *o, float *lse, long batch, long heads, long kv, long t)
{
    const float scale = 1 / sqrtf(D);
    #pragma omp parallel for schedule(dynamic)
    for (long pair = 0; pair < batch * kv; pair++) {
        float *kt = aligned_alloc(64, t * D * 4), *s = aligned_alloc(64, ROWS * t * 4);
        const float *vv = v + pair * t * D;
        transpose(k + pair * t * D, t, kt);
        for (long head = pair * (heads / kv); head < (pair + 1) * (heads / kv); head++)
            for (long row = 0; row < t; row += ROWS) {
                long n = visible(row, t), at = head * t + row;
                products(q + at * D, kt, t, n, scale, s, t);
                for (long i = 0; i < ROWS; i++) {
                    float *x = s + i * t, top = -1e30f, sum = 0;
                    for (long j = row + i + 1; j < n; j++) x[j] = -1e30f;
                    for (long j = 0; j < n; j++) top = x[j] > top ? x[j] : top;
                    for (long j = 0; j < n; j++) { x[j] = expf(x[j] - top); sum += x[j]; }
                    float inverse = 1 / sum;
                    for (long j = 0; j < n; j++) x[j] *= inverse;
                    lse[at + i] = top + logf(sum);
                }
                memset(o + at * D, 0, ROWS * D * 4);
                combine(s, t, vv, n, o + at * D);
            }
        free(kt); free(s);
    }
}

void attention_backward(const float *q, const float *k, const float *v, const float *o, const float *lse, const float *go,
                        float *dq, float *dk, float *dv, long batch, long heads, long kv, long t)
{
    const float scale = 1 / sqrtf(D);
    #pragma omp parallel for schedule(dynamic)
    for (long pair = 0; pair < batch * kv; pair++) {
        float *kt = aligned_alloc(64, t * D * 4), *vt = aligned_alloc(64, t * D * 4);
        float *p = aligned_alloc(64, ROWS * t * 4), *g = aligned_alloc(64, ROWS * t * 4);
        long base = pair * t * D;
        transpose(k + base, t, kt); transpose(v + base, t, vt);
        memset(dk + base, 0, t * D * 4); memset(dv + base, 0, t * D * 4);
        for (long head = pair * (heads / kv); head < (pair + 1) * (heads / kv); head++)
            for (long row = 0; row < t; row += ROWS) {
                long n = visible(row, t), at = head * t + row;
                products(q + at * D, kt, t, n, scale, p, t);
                products(go + at * D, vt, t, n, 1, g, t);
                for (long i = 0; i < ROWS; i++) {
                    float *x = p + i * t, *y = g + i * t, l = lse[at + i], dot = 0;
                    for (long j = row + i + 1; j < n; j++) x[j] = -1e30f;
                    for (long d = 0; d < D; d++) dot += go[(at + i) * D + d] * o[(at + i) * D + d];
                    for (long j = 0; j < n; j++) { x[j] = expf(x[j] - l); y[j] = x[j] * (y[j] - dot) * scale; }
                }
                memset(dq + at * D, 0, ROWS * D * 4);
                combine(g, t, k + base, n, dq + at * D);
                scatter(g, t, q + at * D, n, dk + base);
                scatter(p, t, go + at * D, n, dv + base);
            }
        free(kt); free(vt); free(p); free(g);
    }
}
