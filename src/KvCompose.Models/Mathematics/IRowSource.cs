namespace KvCompose.Models.Mathematics;

/// <summary>What happens to a row on its way into <see cref="RowTiles"/>.</summary>
internal unsafe interface IRowSource
{
    /// <summary>A number of the whole row that <see cref="Copy"/> is given.</summary>
    float Prepare(int row);

    /// <summary>Writes elements first … first + count − 1 of the row.</summary>
    void Copy(int row, float prepared, int first, int count, float* target);
}
