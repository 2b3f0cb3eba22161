using LLama;
using LLama.Common;
using LLama.Native;

namespace KvCompose.Benchmarks.Peer;

/// <summary>llama.cpp with its CPU library, through LLamaSharp: one model, one context.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private const int Chunk = 512;

    private readonly LLamaWeights _weights;
    private readonly LLamaContext _context;
    private readonly LLamaBatch _batch = new();
    private int _sequences = 1; // Sequence 0 is the one that is measured.

    private LlamaCpp(LLamaWeights weights, LLamaContext context) => (_weights, _context) = (weights, context);

    /// <summary>Tokens in the cache.</summary>
    public int Length { get; private set; }

    /// <summary>Opens a model, with flash attention.</summary>
    /// <param name="path">A GGUF file.</param>
    /// <param name="context">Tokens that the cache holds.</param>
    /// <param name="threads">Threads.</param>
    /// <param name="bytes">Whether keys and values are stored as Q8_0, rather than F16.</param>
    /// <exception cref="PeerException">The library is not there, or does not load the model.</exception>
    public static LlamaCpp Open(string path, int context, int threads, bool bytes)
    {
        try
        {
            if (!NativeLibraryConfig.LLama.LibraryHasLoaded)
            {
                NativeLibraryConfig.All.WithLogCallback(static (_, _) => { });
            }

            var parameters = new ModelParams(path)
            {
                ContextSize = (uint)context,
                Threads = threads,
                BatchThreads = threads,
                BatchSize = 2048,
                UBatchSize = Chunk,
                GpuLayerCount = 0,
                FlashAttention = true,
                TypeK = bytes ? GGMLType.GGML_TYPE_Q8_0 : GGMLType.GGML_TYPE_F16,
                TypeV = bytes ? GGMLType.GGML_TYPE_Q8_0 : GGMLType.GGML_TYPE_F16,
                SeqMax = 256,
                KVUnified = true,
            };
            LLamaWeights weights = LLamaWeights.LoadFromFile(parameters);
            try
            {
                return new LlamaCpp(weights, weights.CreateContext(parameters));
            }
            catch
            {
                weights.Dispose();
                throw;
            }
        }
        catch (Exception exception)
        {
            throw new PeerException($"llama.cpp is not measured: {exception.GetBaseException().Message}", exception);
        }
    }

    /// <summary>Empties the cache.</summary>
    public void Clear()
    {
        _context.NativeHandle.MemoryClear();
        (Length, _sequences) = (0, 1);
    }

    /// <summary>Reads a prompt into the empty cache.</summary>
    public void Prefill(int tokens)
    {
        for (int start = 0; start < tokens; start += 2048)
        {
            Decode(start, Math.Min(2048, tokens - start), sequence: 0, lastOnly: start + 2048 >= tokens);
        }

        Length = tokens;
    }

    /// <summary>
    /// Fills the cache up to a length. Pieces of 512 tokens are read as sequences of their own, which do not attend to each other, at
    /// the positions that they have in the whole; then the measured sequence gets their cells too. So filling takes linear time.
    /// </summary>
    public void Fill(int length)
    {
        while (Length < length)
        {
            int count = Math.Min(Chunk, length - Length), sequence = _sequences++;
            Decode(Length, count, sequence, lastOnly: true);
            _context.NativeHandle.MemorySequenceCopy((LLamaSeqId)sequence, LLamaSeqId.Zero, Length, Length + count);
            Length += count;
        }
    }

    /// <summary>Decodes tokens after the cache one by one, and takes them away again.</summary>
    public void Steps(int count)
    {
        for (int i = 0; i < count; i++)
        {
            Decode(Length + i, 1, sequence: 0, lastOnly: true);
        }

        _context.NativeHandle.MemorySequenceRemove(LLamaSeqId.Zero, Length, Length + count);
    }

    public void Dispose()
    {
        _context.Dispose();
        _weights.Dispose();
    }

    private void Decode(int position, int count, int sequence, bool lastOnly)
    {
        _batch.Clear();
        for (int i = 0; i < count; i++)
        {
            _batch.Add((LLamaToken)(300 + ((position + i) % 1000)), position + i, (LLamaSeqId)sequence, lastOnly && i == count - 1);
        }

        DecodeResult result = _context.NativeHandle.Decode(_batch);
        if (result != DecodeResult.Ok)
        {
            throw new PeerException($"llama.cpp gives up at position {position}: {result}");
        }

        _context.NativeHandle.Synchronize();
    }
}

/// <summary>The peer cannot be measured.</summary>
internal sealed class PeerException(string message, Exception? inner = null) : Exception(message, inner);
