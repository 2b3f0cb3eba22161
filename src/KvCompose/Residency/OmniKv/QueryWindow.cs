using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using KvCompose.Files;
using KvCompose.Memory;

namespace KvCompose.Residency.OmniKv;

/// <summary>The latest queries' probabilities of a prompt's tokens, one row a query, and their sum.</summary>
/// <param name="queries">W.</param>
/// <param name="retained">What a row keeps of its weight when the next one comes.</param>
internal sealed unsafe class QueryWindow(int queries, float retained) : IDisposable
{
    private const int Lanes = 16;

    private NativeFloats? _rows;
    private int _stride;
    private int _next;
    private int _count;

    /// <summary>Decode steps since the prompt.</summary>
    public int Steps { get; private set; }

    /// <summary>Tokens at the prompt's end whose queries are in the window of the present step.</summary>
    public int PromptQueries => Math.Max(0, queries - Steps);

    /// <summary>Forgets all rows and takes rows of a prompt; rows are zero until they are written.</summary>
    /// <param name="tokens">n.</param>
    /// <param name="promptRows">Rows of the prompt's own last queries that follow, fewer than W.</param>
    public void Begin(int tokens, int promptRows)
    {
        _stride = (tokens + Lanes - 1) / Lanes * Lanes;
        _rows = NativeFloats.AtLeast(_rows, (long)queries * _stride);
        new Span<float>(_rows.Pointer, queries * _stride).Clear();
        (_next, _count, Steps) = (promptRows % queries, promptRows, 0);
    }

    /// <summary>A row of the prompt, oldest first.</summary>
    public float* PromptRow(int row) => _rows!.Pointer + ((nint)row * _stride);

    /// <summary>Writes the rows.</summary>
    /// <param name="writer">Receives the sections.</param>
    /// <param name="tokens">n.</param>
    public void Save(SectionWriter writer, int tokens)
    {
        writer.WriteSection<int>("WIND", [_next, _count, Steps]);
        writer.Begin("QUER", (long)queries * tokens * sizeof(float));
        for (int row = 0; row < queries; row++)
        {
            writer.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<float>(PromptRow(row), tokens)));
        }

        writer.End();
    }

    /// <summary>Takes up rows that were saved, after <see cref="Begin"/>.</summary>
    /// <param name="reader">Has the sections.</param>
    /// <param name="place">What they hold, for messages.</param>
    /// <param name="tokens">n.</param>
    public void Resume(SectionReader reader, string place, int tokens)
    {
        Span<int> numbers = stackalloc int[3];
        reader.ReadSection("WIND", place, numbers);
        (_next, _count, Steps) = (numbers[0], numbers[1], numbers[2]);
        if ((uint)_next >= (uint)queries || (uint)_count > (uint)queries || Steps < 0)
        {
            throw reader.Wrong($"{place} has {_count} queries, the next at {_next}");
        }

        reader.Begin("QUER", place, (long)queries * tokens * sizeof(float));
        for (int row = 0; row < queries; row++)
        {
            reader.Read(MemoryMarshal.AsBytes(new Span<float>(PromptRow(row), tokens)), place);
        }

        reader.End(place);
    }

    /// <summary>Makes room for the row of a new step, in the place of the oldest.</summary>
    public float* Advance()
    {
        float* row = _rows!.Pointer + ((nint)_next * _stride);
        _next = (_next + 1) % queries;
        _count = Math.Min(_count + 1, queries);
        Steps++;
        return row;
    }

    /// <summary>Sums the rows over some tokens, the newest with weight 1.</summary>
    /// <param name="first">First token, a multiple of 16.</param>
    /// <param name="count">How many.</param>
    /// <param name="sums">Receives the sums of all tokens, [n rounded up to 16].</param>
    public void Sum(int first, int count, float* sums)
    {
        for (int token = first; token < first + count; token += Lanes)
        {
            Vector512<float> sum = Vector512<float>.Zero;
            for (int age = _count; age > 0; age--)
            {
                int row = (_next - age + queries) % queries;
                sum = (sum * retained) + Vector512.Load(_rows!.Pointer + ((nint)row * _stride) + token);
            }

            sum.Store(sums + token);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rows?.Dispose();
}
