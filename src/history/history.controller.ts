import { Controller, Get, Inject, Res } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { Clock, Query, Requires, Returns } from '../core/index.js';
import { AnswerCache } from './answer-cache.js';
import {
  historyEitherAnswer,
  type HistoryQuery,
  historyQuery,
  historyView,
  type ListSeriesQuery,
  listSeriesQuery,
  seriesPage,
  seriesPageView,
} from './dto/history.dto.js';
import { seriesAliases } from './history.aliases.js';
import { historyConfig, type HistoryConfig } from './history.config.js';
import { intervalMs } from './history.query.js';
import { HistoryService } from './history.service.js';

@ApiTags('statistics')
@Controller('api/v1/admin/stats/historical')
@Requires('statistics:read')
export class HistoryController {
  private readonly cache: AnswerCache;

  constructor(
    private readonly history: HistoryService,
    private readonly clock: Clock,
    @Inject(historyConfig.token) config: HistoryConfig,
  ) {
    this.cache = new AnswerCache(config.HISTORY_CACHE_MB * 2 ** 20);
  }

  @Get()
  @ApiOperation({ operationId: 'getHistory', summary: 'History of one series, as points of one interval' })
  @ApiResponse({ status: 200, description: 'Every interval of the range.', standardSchema: historyEitherAnswer })
  async get(@Query(historyQuery) query: HistoryQuery, @Res() reply: unknown): Promise<void> {
    const text = await this.answer(query);
    // The text is final: a serializer that walks 10,000 points again would cost more than everything before it.
    await (reply as FastifyReply).header('content-type', 'application/json; charset=utf-8').send(text);
  }

  @Get('metrics')
  @ApiOperation({ operationId: 'listHistorySeries', summary: 'List the series that have history' })
  @Returns(seriesPage, { description: 'One page, in order of the names.' })
  async list(@Query(listSeriesQuery) query: ListSeriesQuery): Promise<z.infer<typeof seriesPage>> {
    return seriesPageView(await this.history.series(), query, seriesAliases);
  }

  /** An answer serves for a minute, and for one interval where that is shorter. */
  private async answer(query: HistoryQuery): Promise<string> {
    const slot = Math.floor(this.clock.nowMs() / Math.min(60_000, intervalMs[query.interval]));
    const question = JSON.stringify(query);
    const kept = this.cache.get(question, slot);
    if (kept !== undefined) return kept;
    const { metric, labels, start_time, end_time, interval } = query;
    const request = await this.history.prepare(metric, labels, Date.parse(start_time), Date.parse(end_time), interval);
    const text = JSON.stringify(historyView(query, request, await this.history.points(request)));
    this.cache.put(question, slot, text);
    return text;
  }
}
