namespace KvCompose.Evaluation;

/// <summary>Draws texts in which facts are hidden, with questions at the end.</summary>
public interface INeedleTask
{
    /// <summary>Endless texts. The same seed gives the same texts everywhere.</summary>
    IEnumerable<NeedleText> Texts(ulong seed);
}
