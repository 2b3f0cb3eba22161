using KvCompose.Models.Tests.Support;

namespace KvCompose.Models.Tests.Llama;

public sealed unsafe class TransformerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LanguageModel _model;

    public TransformerTests()
    {
        ExpectedCase.Named("head_norm_and_bias").Write(_folder);
        _model = LanguageModel.Load(_folder.Path, new LanguageModelOptions { Threads = 2 });
    }

    public void Dispose()
    {
        _model.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(12)]
    [InlineData(900)]
    public void LayerCalls_ManyRows_GiveWhatSingleRowsGive(int rows)
    {
        TransformerShape shape = _model.Shape;
        int queryWidth = shape.QueryHeads * shape.HeadDim, keyWidth = shape.KeyValueHeads * shape.HeadDim;
        int[] tokens = [.. Enumerable.Range(0, rows).Select(i => i * 5 % shape.Vocabulary)];
        int[] positions = [.. Enumerable.Range(0, rows).Select(i => i * 3 % shape.Context)];
        float[] hidden = new float[rows * shape.Hidden], queries = new float[rows * queryWidth], keys = new float[rows * keyWidth];
        float[] values = new float[rows * keyWidth], logits = new float[rows * shape.Vocabulary];
        float[] q = new float[queryWidth], k = new float[keyWidth], v = new float[keyWidth], l = new float[shape.Vocabulary];
        float[] h = new float[shape.Hidden];
        LanguageTransformer transformer = _model.Transformer;
        fixed (float* ph = hidden, pq = queries, pk = keys, pv = values, pl = logits)
        {
            transformer.Embed(tokens, ph);
            transformer.Project(1, ph, positions, pq, pk, pv);
            transformer.Complete(1, pq, ph, rows);
            transformer.Logits(ph, rows, pl);
        }

        for (int row = 0; row < rows; row++)
        {
            fixed (float* ph = h, pq = q, pk = k, pv = v, pl = l)
            {
                transformer.Embed(tokens.AsSpan(row, 1), ph);
                transformer.Project(1, ph, positions.AsSpan(row, 1), pq, pk, pv);
                transformer.Complete(1, pq, ph, 1);
                transformer.Logits(ph, 1, pl);
            }

            AssertNear(q, queries.AsSpan(row * queryWidth, queryWidth));
            AssertNear(k, keys.AsSpan(row * keyWidth, keyWidth));
            AssertNear(v, values.AsSpan(row * keyWidth, keyWidth));
            AssertNear(h, hidden.AsSpan(row * shape.Hidden, shape.Hidden));
            AssertNear(l, logits.AsSpan(row * shape.Vocabulary, shape.Vocabulary));
        }
    }

    [Fact]
    public void Project_AnyRows_LeavesHiddenAlone()
    {
        float[] hidden = GeneratedNumbers.Create(1, 2 * _model.Shape.Hidden), before = [.. hidden];
        float[] queries = new float[2 * 64], keys = new float[2 * 32], values = new float[2 * 32];
        fixed (float* ph = hidden, pq = queries, pk = keys, pv = values)
        {
            _model.Transformer.Project(0, ph, [3, 4], pq, pk, pv);
        }

        Assert.Equal(before, hidden);
    }

    [Fact]
    public void OneToken_WarmedUp_AllocatesNothing()
    {
        TransformerShape shape = _model.Shape;
        float[] hidden = new float[shape.Hidden], queries = new float[64], keys = new float[32], values = new float[32];
        float[] logits = new float[shape.Vocabulary];
        LanguageTransformer transformer = _model.Transformer;
        long before = 0;
        fixed (float* ph = hidden, pq = queries, pk = keys, pv = values, pl = logits)
        {
            for (int i = 0; i < 20; i++)
            {
                before = i == 10 ? GC.GetAllocatedBytesForCurrentThread() : before;
                transformer.Embed([5], ph);
                transformer.Project(0, ph, [i], pq, pk, pv);
                transformer.Complete(0, pq, ph, 1);
                transformer.Logits(ph, 1, pl);
            }
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Forward_TwoThreadsOneModel_GivesTheSameLogits()
    {
        int[] tokens = [.. Enumerable.Range(0, 60)];
        float[] alone = _model.Forward(tokens);

        float[][] together = [.. Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ => _model.Forward(tokens))];

        Assert.All(together, logits => Assert.Equal(alone, logits));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(61)]
    public void Embed_TokenOutsideTheVocabulary_ThrowsAndNamesIt(int token)
    {
        var exception = Assert.Throws<ArgumentOutOfRangeException>(() => _model.Forward([1, 2, token]));

        Assert.Contains("token 2", exception.Message);
        Assert.Equal(token, exception.ActualValue);
    }

    [Fact]
    public void Forward_LongerThanTheContext_Throws()
        => Assert.Contains("512", Assert.Throws<ArgumentException>(() => _model.Forward(new int[513])).Message);

    [Fact]
    public void Forward_Cancelled_Throws()
        => Assert.Throws<OperationCanceledException>(() => _model.Forward([1, 2], new CancellationToken(canceled: true)));

    [Theory]
    [InlineData(-1)]
    [InlineData(512)]
    public void Project_PositionOutsideTheContext_Throws(int position)
        => Assert.Throws<ArgumentOutOfRangeException>(() => _model.Transformer.Project(0, null, [position], null, null, null));

    [Fact]
    public void EveryCall_Disposed_Throws()
    {
        LanguageTransformer transformer = _model.Transformer;
        _model.Dispose();
        _model.Dispose();

        Assert.Throws<ObjectDisposedException>(() => transformer.Embed([1], null));
        Assert.Throws<ObjectDisposedException>(() => transformer.Project(0, null, [0], null, null, null));
        Assert.Throws<ObjectDisposedException>(() => transformer.Complete(0, null, null, 1));
        Assert.Throws<ObjectDisposedException>(() => transformer.Logits(null, 1, null));
    }

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-4f);
        }
    }
}
