using KvCompose.IntegrationTests.Oracle;
using KvCompose.IntegrationTests.Pipelines;
using Place = KvCompose.IntegrationTests.Oracle.SpoiltModel.Place;

namespace KvCompose.IntegrationTests;

/// <summary>A key or value that is no finite number is named, whatever stores it: none vanishes in pages and softmax.</summary>
public class NonFiniteTokenTests
{
    private delegate KvSession Opening(SpoiltModel model);

    private static readonly Dictionary<string, Opening> Pipelines = new(StringComparer.Ordinal)
    {
        ["single"] = static model => Everything.Open(model),
        ["codes of 8 bits"] = static model => EverythingInBytes.Open(model),
        ["codes of 4 bits"] = static model => WindowInNibbles.Open(model),
        ["pruned"] = static model => WindowPruned.Open(model),
        ["SnapKV"] = static model => WindowAverage.Open(model),
        ["halves"] = static model => HalfIceReader.Open(model),
        ["IceCache"] = static model => IceReader.Open(model),
        ["propagation"] = static model => PropagatedInBytes.Open(model),
        ["second pass"] = static model => GemFilterPrompt.Open(model),
    };

    public static TheoryData<string> Names => [.. Pipelines.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Prefill_KeyOrValueIsNotFinite_NamesThePlaceAndLeavesTheSequenceEmpty(string pipeline)
    {
        using var model = new TestModel(3, 4, 2, 32, 101);
        AssertNamed(model, Pipelines[pipeline], new Place(1, 1, 5, 9, IsKey: true), float.NaN, "layer 1, key-value head 1: the key at position 5 is NaN at element 9");
        AssertNamed(model, Pipelines[pipeline], new Place(0, 1, 4, 31, IsKey: true), float.NegativeInfinity, "layer 0, key-value head 1: the key at position 4 is -Infinity at element 31");

        // A token of the window reaches every layer; a second pass renumbers it.
        int last = pipeline == "second pass" ? 59 : 99;
        AssertNamed(model, Pipelines[pipeline], new Place(2, 0, last, 0, IsKey: false), float.PositiveInfinity, $"layer 2, key-value head 0: the value at position {last} is Infinity at element 0");
    }

    /// <summary>More elements than one thread looks at.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1499)]
    public void Prefill_OfALongPrompt_FindsItAnywhere(int position)
    {
        using var model = new TestModel(1, 4, 2, 32, 102);
        var place = new Place(0, 1, position, 31, IsKey: false);
        using KvSession session = Everything.Open(new SpoiltModel(model, place, float.NaN));
        int[] prompt = [.. Enumerable.Range(0, 1500).Select(token => token * 7 % model.Shape.Vocabulary)];
        NonFiniteTokenException thrown = Assert.Throws<NonFiniteTokenException>(() => session.Prefill(prompt));
        Assert.Equal(place, new Place(thrown.Layer, thrown.Head, thrown.Position, thrown.Element, thrown.IsKey));
    }

    [Theory]
    [InlineData("single")]
    [InlineData("IceCache")]
    [InlineData("codes of 8 bits")]
    public void Step_KeyIsNotFinite_NamesThePlaceAndNeedsAPromptAnew(string pipeline)
    {
        using var model = new TestModel(3, 4, 2, 32, 103);
        using KvSession session = Pipelines[pipeline](new SpoiltModel(model, new Place(1, 0, 102, 3, IsKey: true), float.NaN));
        session.Prefill(model.Prompt(100, 1));
        session.Step([1]);
        session.Step([2]);
        NonFiniteTokenException thrown = Assert.Throws<NonFiniteTokenException>(() => session.Step([3]));
        Assert.Contains("layer 1, key-value head 0: the key at position 102 is NaN", thrown.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => session.Step([3]));
        session.Prefill(model.Prompt(100, 1));
        session.Step([1]);
        Assert.Equal(101, session.Length());
    }

    [Fact]
    public void Prefill_LargestFiniteNumbers_AreNoFault()
    {
        using var model = new TestModel(2, 4, 2, 32, 104);
        using KvSession session = Everything.Open(new SpoiltModel(model, new Place(1, 1, 5, 9, IsKey: true), float.MinValue));
        session.Prefill(model.Prompt(100, 1));
        Assert.Equal(100, session.Length());
    }

    private static void AssertNamed(TestModel model, Opening open, Place place, float value, string message)
    {
        using KvSession session = open(new SpoiltModel(model, place, value));
        NonFiniteTokenException thrown = Assert.Throws<NonFiniteTokenException>(() => session.Prefill(model.Prompt(100, 1)));
        Assert.Equal(message, thrown.Message);
        Assert.Equal(0, session.Length());
        Assert.Equal(0, session.Usage.BytesHeld);
    }
}
