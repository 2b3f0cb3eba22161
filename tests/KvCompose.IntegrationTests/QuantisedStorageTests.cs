using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using KvCompose.Reference;

namespace KvCompose.IntegrationTests;

/// <summary>
/// Emitted attention over quantised pages against KIVI written plainly, for prompts that end anywhere in a page, while decoding fills it.
/// The two transformers' keys differ in their last bits; a key beside the border of two codes may so take the other one.
/// </summary>
public class QuantisedStorageTests
{
    private const double ForBytes = 1e-2;
    private const double ForNibbles = 3e-2;

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(32)]
    [InlineData(33)]
    [InlineData(190)]
    [InlineData(1100)]
    public void Bytes_AnyLength_EqualOracle(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 90);
        using var session = EverythingInBytes.Open(model);
        SealedStorage.EqualsOracle(model, session, new KiviOracle(model.Plain.Heads, 32, 8), tokens, ForBytes);
    }

    [Theory]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(100)]
    public void Nibbles_AnyLength_EqualOracle(int tokens)
    {
        using var model = new TestModel(2, 2, 2, 48, 91);
        using var session = EverythingInNibbles.Open(model);
        SealedStorage.EqualsOracle(model, session, new KiviOracle(model.Plain.Heads, 16, 4), tokens, ForNibbles);
    }

    [Fact]
    public void OwnCodes_EqualOracle()
    {
        using var model = new TestModel(2, 4, 2, 32, 92);
        using var session = EverythingInverted.Open(model);
        SealedStorage.EqualsOracle(model, session, new KiviOracle(model.Plain.Heads, 16, 8), 77, ForBytes);
    }

    [Theory]
    [InlineData(20)]
    [InlineData(41)]
    [InlineData(150)]
    public void Selected_AnyLength_QuantisesWhatIsKept(int tokens)
    {
        using var model = new TestModel(2, 4, 2, 32, 93);
        using var session = WindowInNibbles.Open(model);
        var scoring = new WindowScoring(8, PoolingKind.Average, 7, ScoreGrouping.PoolThenReduce, GroupReduction.Mean);
        var selector = DelegateSelector.SnapKv(model.Plain.Heads, scoring, _ => 40);
        SealedStorage.EqualsOracle(model, session, new KiviOracle(model.Plain.Heads, 16, 4, selector), tokens, ForNibbles);
    }

    [Fact]
    public void PropagationAndRaggedHeads_AreHeldInFewerBytes()
    {
        using var model = new TestModel(4, 4, 2, 32, 94);
        using var session = PropagatedInBytes.Open(model);
        long pages = SealedStorage.PagesAfterDecoding(model, session);

        // A page of 16 tokens: codes of keys and values, 4 bytes a channel, 4 a token, positions. One open page a head.
        const int Page = (2 * 16 * 32) + (4 * 32) + (4 * 16) + (4 * 16);
        Assert.Equal(Page, PropagatedInBytes.Plan.PageBytes);
        Assert.Equal(Page / 16, PropagatedInBytes.Plan.BytesPerToken);
        Assert.Equal((pages * Page) + (4 * 2 * 2 * 16 * 32 * sizeof(float)), session.Usage.BytesHeld);
    }

    [Fact]
    public void Resume_InTheMiddleOfAPage_GoesOnToTheBit()
    {
        using var model = new TestModel(2, 4, 2, 32, 95);
        SealedStorage.GoesOnToTheBit(model, () => EverythingInBytes.Open(model));
    }

    [Fact]
    public void Sequences_DecodedTogether_AreThoseDecodedAlone()
    {
        using var model = new TestModel(2, 4, 2, 32, 96);
        SealedStorage.IsAsAlone(model, sequences => EverythingInBytes.Open(model, new() { Sequences = sequences }));
    }
}
