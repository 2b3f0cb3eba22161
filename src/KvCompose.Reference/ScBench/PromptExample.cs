namespace KvCompose.Reference.ScBench;

/// <summary>One question of an example.</summary>
/// <param name="Input">The question's text.</param>
/// <param name="Answer">The golden answer as text.</param>
/// <param name="Options">The options of a multiple choice; else empty.</param>
public sealed record PromptTurn(string Input, string Answer, IReadOnlyList<string> Options);

/// <summary>A message of a chat.</summary>
/// <param name="Role">system, user or assistant.</param>
/// <param name="Content">Its text.</param>
public sealed record PromptMessage(string Role, string Content);

/// <summary>An example of SCBench.</summary>
/// <param name="Task">scbench_….</param>
/// <param name="Context">The shared text.</param>
/// <param name="Turns">The questions.</param>
public sealed record PromptExample(string Task, string Context, IReadOnlyList<PromptTurn> Turns);
