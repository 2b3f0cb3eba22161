using System.ComponentModel;

namespace KvCompose.Runtime;

/// <summary>What every pipeline does alike with the rows of a prompt. For emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static unsafe class PromptRows
{
    /// <summary>Sums scores over the key-value heads of a layer.</summary>
    /// <param name="scores">[heads][stride].</param>
    /// <param name="heads">Key-value heads.</param>
    /// <param name="stride">Floats from one head to the next.</param>
    /// <param name="tokens">Tokens to sum, the first ones.</param>
    /// <param name="sums">[tokens], receives the sums.</param>
    public static void SumHeads(float* scores, int heads, int stride, int tokens, float* sums)
    {
        for (int token = 0; token < tokens; token++)
        {
            float sum = 0;
            for (int head = 0; head < heads; head++)
            {
                sum += scores[((nint)head * stride) + token];
            }

            sums[token] = sum;
        }
    }

    /// <summary>Gives all key-value heads of a layer the same scores: those of all, reduced.</summary>
    /// <param name="scores">[heads][stride].</param>
    /// <param name="heads">Key-value heads.</param>
    /// <param name="stride">Floats from one head to the next.</param>
    /// <param name="tokens">Tokens that are scored, the first ones.</param>
    /// <param name="reduction">How the scores of the heads become one.</param>
    public static void ShareHeads(float* scores, int heads, int stride, int tokens, GroupReduction reduction)
    {
        for (int token = 0; token < tokens; token++)
        {
            float shared = scores[token];
            for (int head = 1; head < heads; head++)
            {
                float own = scores[((nint)head * stride) + token];
                shared = reduction == GroupReduction.Max ? MathF.Max(shared, own) : shared + own;
            }

            shared = reduction == GroupReduction.Mean ? shared / heads : shared;
            for (int head = 0; head < heads; head++)
            {
                scores[((nint)head * stride) + token] = shared;
            }
        }
    }

    /// <summary>Gives the tokens of a chunk the mean of their scores, under every head. Chunks begin with the prompt.</summary>
    /// <param name="scores">[heads][stride].</param>
    /// <param name="heads">Key-value heads.</param>
    /// <param name="stride">Floats from one head to the next.</param>
    /// <param name="first">The first token that counts.</param>
    /// <param name="last">One past the last one.</param>
    /// <param name="chunk">Tokens of a chunk.</param>
    public static void JoinChunks(float* scores, int heads, int stride, int first, int last, int chunk)
    {
        for (int head = 0; head < heads; head++)
        {
            for (int token = first; token < last;)
            {
                int count = Math.Min(last, ((token / chunk) + 1) * chunk) - token;
                var own = new Span<float>(scores + ((nint)head * stride) + token, count);
                double sum = 0;
                foreach (float score in own)
                {
                    sum += score;
                }

                own.Fill((float)(sum / count));
                token += count;
            }
        }
    }

    /// <summary>Moves chosen rows to the front.</summary>
    /// <param name="rows">[count], the rows, ascending, so that none is overwritten before it is moved.</param>
    /// <param name="count">How many.</param>
    /// <param name="width">Floats of a row.</param>
    /// <param name="states">[rows][width].</param>
    public static void Gather(int* rows, int count, int width, float* states)
    {
        for (int row = 0; row < count; row++)
        {
            if (rows[row] != row)
            {
                new ReadOnlySpan<float>(states + ((nint)rows[row] * width), width).CopyTo(new Span<float>(states + ((nint)row * width), width));
            }
        }
    }

    /// <summary>Moves the positions of chosen rows to the front.</summary>
    /// <param name="rows">[count], the rows, ascending.</param>
    /// <param name="count">How many.</param>
    /// <param name="positions">A position for every row.</param>
    public static void Gather(int* rows, int count, int[] positions)
    {
        for (int row = 0; row < count; row++)
        {
            positions[row] = positions[rows[row]];
        }
    }

    /// <summary>The last rows of a prompt, ascending.</summary>
    /// <param name="tokens">Tokens of the prompt.</param>
    /// <param name="rows">How many of them, at most all.</param>
    public static int[] Last(int tokens, int rows)
    {
        var last = new int[rows];
        for (int row = 0; row < rows; row++)
        {
            last[row] = tokens - rows + row;
        }

        return last;
    }

    /// <summary>The rows that a head does not keep, ascending.</summary>
    /// <param name="kept">[count], the rows that it keeps, in any order, none twice.</param>
    /// <param name="count">How many.</param>
    /// <param name="tokens">Rows of the prompt.</param>
    public static int[] LeftOut(int* kept, int count, int tokens)
    {
        var stays = new bool[tokens];
        for (int slot = 0; slot < count; slot++)
        {
            stays[kept[slot]] = true;
        }

        var rows = new int[tokens - count];
        for (int row = 0, left = 0; row < tokens; row++)
        {
            if (!stays[row])
            {
                rows[left++] = row;
            }
        }

        return rows;
    }

    /// <summary>Sums a statistic over its rows and its first tokens, in double precision.</summary>
    /// <param name="statistic">[rows][stride].</param>
    /// <param name="rows">Heads that have a row.</param>
    /// <param name="stride">Floats from one row to the next.</param>
    /// <param name="tokens">Tokens to sum; none where it is negative.</param>
    public static double Total(float* statistic, int rows, int stride, int tokens)
    {
        double total = 0;
        for (int row = 0; row < rows; row++)
        {
            for (int token = 0; token < tokens; token++)
            {
                total += statistic[((nint)row * stride) + token];
            }
        }

        return total;
    }
}
