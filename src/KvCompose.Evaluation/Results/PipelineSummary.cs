namespace KvCompose.Evaluation;

/// <summary>One row of the table: what a pipeline with a budget keeps, and what it costs.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Budget">Share of the text that a head may keep.</param>
/// <param name="Agnostic">Accuracy when the question comes after the compression; null when not evaluated.</param>
/// <param name="Aware">Accuracy when the question is compressed with the text; null when not evaluated.</param>
/// <param name="Agreement">Share of the full cache's tokens that are its own likeliest, query-agnostic where there is.</param>
/// <param name="Divergence">Divergence from the full cache's distribution in nats, likewise.</param>
/// <param name="Cost">The cost at the longest length.</param>
/// <param name="Line">Fixed part and slope of a decode step, over all lengths and budgets of the pipeline.</param>
/// <param name="BreakEvenTokens">Tokens of output from which on it is faster than the baseline at the longest length; null for never.</param>
public sealed record PipelineSummary(
    string Pipeline, double Budget, Accuracy? Agnostic, Accuracy? Aware, double? Agreement, double? Divergence, CellCost Cost, CostLine? Line,
    double? BreakEvenTokens);

/// <summary>The macro mean of tasks and lengths, and its difference from the baseline on the same questions.</summary>
/// <param name="Score">0 to 1.</param>
/// <param name="Difference">Of scores, −1 to 1.</param>
public sealed record Accuracy(ConfidenceInterval Score, ConfidenceInterval Difference);
