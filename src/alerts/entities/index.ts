import { AlertEntity } from './alert.entity.js';

/** Everything this feature stores that is read through an entity, for `DatabaseModule.forRoot`. */
export const alertEntities = [AlertEntity] as const;
