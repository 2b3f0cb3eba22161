using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>Emitted attention over pruned keys against ThinK written plainly, for prompts that end anywhere in a page, while decoding fills it.</summary>
public class PrunedStorageTests
{
    private const double Exact = 5e-4;

    /// <summary>The two transformers' keys differ in their last bits; an element between two halves may so take the other one.</summary>
    private const double ForHalves = 3e-3;

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(190)]
    [InlineData(1100)]
    public void Everything_AnyLength_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 120);
        using var session = EverythingPruned.Open(model);
        SealedStorage.EqualsOracle(model, session, new ThinKOracle(model.Plain.Heads, 32, 0.4, 32), tokens, Exact);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100)]
    public void Everything_ThreeQueryHeads_EqualsOracle(int tokens)
    {
        using var model = new TestModel(2, 6, 2, 48, 121);
        using var session = EverythingHalved.Open(model);
        SealedStorage.EqualsOracle(model, session, new ThinKOracle(model.Plain.Heads, 16, 0.5, 8), tokens, Exact);
    }

    [Fact]
    public void OwnStorage_PrunesByItsFactsAlone()
    {
        using var model = new TestModel(2, 4, 2, 32, 122);
        using var session = EverythingInFewChannels.Open(model);
        Assert.Equal(12, EverythingInFewChannels.Plan.KeyChannels);
        SealedStorage.EqualsOracle(model, session, new ThinKOracle(model.Plain.Heads, 16, 0.7, 32, halves: true), 77, ForHalves);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(41)]
    [InlineData(150)]
    public void Selected_AnyLength_PrunesByWhatIsKept(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 123);
        using var session = WindowPruned.Open(model);
        var scoring = new WindowScoring(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);
        var selector = DelegateSelector.SnapKv(model.Plain.Heads, scoring, _ => 40);
        SealedStorage.EqualsOracle(model, session, new ThinKOracle(model.Plain.Heads, 16, 0.4, 16, selector), tokens, Exact);
    }

    [Fact]
    public void PropagationAndRaggedHeads_AreHeldInFewerBytes()
    {
        using var model = new TestModel(4, 4, 2, 32, 124);
        using var session = PropagatedAndPruned.Open(model);
        long pages = SealedStorage.PagesAfterDecoding(model, session);

        // A page of 16 tokens: 20 of 32 channels of keys, values, positions. One open page and one list of channels a head.
        const int Page = (16 * 20 * 4) + (16 * 32 * 4) + (16 * 4);
        Assert.Equal(20, PropagatedAndPruned.Plan.KeyChannels);
        Assert.Equal(Page, PropagatedAndPruned.Plan.PageBytes);
        Assert.Equal(Page / 16, PropagatedAndPruned.Plan.BytesPerToken);
        Assert.Equal((pages * Page) + (4 * 2 * ((2 * 16 * 32 * sizeof(float)) + (20 * sizeof(int)))), session.Usage.BytesHeld);
    }

    [Fact]
    public void Resume_InTheMiddleOfAPage_GoesOnToTheBit()
    {
        using var model = new TestModel(2, 4, 2, 32, 125);
        SealedStorage.GoesOnToTheBit(model, () => EverythingPruned.Open(model));
    }

    [Fact]
    public void Sequences_DecodedTogether_AreThoseDecodedAlone()
    {
        using var model = new TestModel(2, 4, 2, 32, 126);
        SealedStorage.IsAsAlone(model, sequences => EverythingPruned.Open(model, new() { Sequences = sequences }));
    }
}
